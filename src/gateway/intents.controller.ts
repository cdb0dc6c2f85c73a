import type { IncomingMessage } from 'node:http';
import { Controller, Delete, Get, Header, HttpCode, Inject, Param, Post, Put, Req } from '@nestjs/common';
import {
  IntentChange,
  type IntentChanged,
  IntentExamples,
  type IntentList,
  type IntentPreview,
} from '@rapport-live/protocol';
import { TENANT_INTENTS, type TenantIntents } from '../pipeline/intents/tenant-intents';
import { RawText } from '../redaction/redaction';
import { Caller } from './auth/caller';
import type { Principal } from './auth/principal';
import { GATEWAY_OPTIONS, type GatewayOptions } from './gateway-options';
import { readBody } from './request-body';

/** `/v1/intents`: a tenant's own intents, made of examples (docs/intents.md). The key says whose. */
@Controller('v1/intents')
export class IntentsController {
  constructor(
    @Inject(TENANT_INTENTS) private readonly intents: TenantIntents,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() { tenant }: Principal): IntentList {
    return this.intents.list(tenant);
  }

  @Post(':name/preview')
  @HttpCode(200)
  async preview(
    @Req() request: IncomingMessage,
    @Caller() { tenant }: Principal,
    @Param('name') name: string,
  ): Promise<IntentPreview> {
    const { examples } = await readBody(request, IntentExamples, this.options);
    return this.intents.preview(tenant, name, raw(examples));
  }

  @Put(':name')
  async put(
    @Req() request: IncomingMessage,
    @Caller() { tenant }: Principal,
    @Param('name') name: string,
  ): Promise<IntentChanged> {
    const { examples, ...change } = await readBody(request, IntentChange, this.options);
    return this.intents.put(tenant, name, { ...change, examples: raw(examples) });
  }

  @Delete(':name')
  @HttpCode(204)
  remove(@Caller() { tenant }: Principal, @Param('name') name: string): Promise<void> {
    return this.intents.remove(tenant, name);
  }
}

const raw = (examples: readonly string[]): RawText[] => examples.map((example) => new RawText(example));
