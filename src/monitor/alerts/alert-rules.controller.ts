import type { IncomingMessage } from 'node:http';
import { Controller, Delete, Get, Header, Inject, Put, Req } from '@nestjs/common';
import type { AlertRulesAnswer } from '@rapport-live/protocol';
import { z } from 'zod';
import { readRuleSet } from '../../alerts/read-rules';
import { Caller } from '../../gateway/auth/caller';
import type { Principal } from '../../gateway/auth/principal';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../../gateway/gateway-options';
import { readBody } from '../../gateway/request-body';
import { RULE_BOOK, type RuleBook } from '../../pipeline/alerts/rule-book';

/** `/v1/alert-rules`: what watches a tenant's conversations (docs/alerts.md). The key says whose. */
@Controller('v1/alert-rules')
export class AlertRulesController {
  constructor(
    @Inject(RULE_BOOK) private readonly rules: RuleBook,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() { tenant }: Principal): AlertRulesAnswer {
    return this.rules.answer(tenant);
  }

  /** All of them at once, so that no half of a change ever counts. */
  @Put()
  async put(@Req() request: IncomingMessage, @Caller() { tenant }: Principal): Promise<AlertRulesAnswer> {
    const body = await readBody(request, z.unknown(), this.options);
    return this.rules.put(tenant, readRuleSet(body, 'The body'));
  }

  @Delete()
  remove(@Caller() { tenant }: Principal): Promise<AlertRulesAnswer> {
    return this.rules.remove(tenant);
  }
}
