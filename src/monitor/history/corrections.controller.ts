import type { IncomingMessage } from 'node:http';
import { Controller, Get, Header, Inject, Param, Post, Query, Req } from '@nestjs/common';
import {
  type CorrectionList,
  type CorrectionMade,
  CorrectionRequest,
  CorrectionsQuery,
  type SessionCorrections,
} from '@rapport-live/protocol';
import { fitting, sessionIdOf } from '../../gateway/asked';
import { CurrentViewer, type Viewer } from '../../gateway/auth/viewer';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../../gateway/gateway-options';
import { ViewAudit } from '../../gateway/auth/view-audit';
import { readBody } from '../../gateway/request-body';
import { HistoryDesk, openDesk } from './history-desk';

/** What the emotion or intent of a moment was in truth (docs/history.md). */
@Controller('v1')
export class CorrectionsController {
  constructor(
    @Inject(HistoryDesk) private readonly desk: HistoryDesk | null,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
    @Inject(ViewAudit) private readonly audit: ViewAudit,
  ) {}

  @Post('sessions/:id/corrections')
  async correct(
    @Req() request: IncomingMessage,
    @CurrentViewer() viewer: Viewer,
    @Param('id') id: string,
  ): Promise<CorrectionMade> {
    const asked = await readBody(request, CorrectionRequest, this.options);
    return openDesk(this.desk).correct(viewer, sessionIdOf(id), asked);
  }

  @Get('sessions/:id/corrections')
  @Header('cache-control', 'no-store')
  async ofSession(@CurrentViewer() viewer: Viewer, @Param('id') id: string): Promise<SessionCorrections> {
    const sessionId = sessionIdOf(id);
    const corrections = await openDesk(this.desk).correctedIn(viewer, sessionId);
    await this.audit.saw(viewer, { what: 'session', sessionId });
    return corrections;
  }

  @Get('corrections')
  @Header('cache-control', 'no-store')
  async list(@CurrentViewer() viewer: Viewer, @Query() query: unknown): Promise<CorrectionList> {
    const corrections = await openDesk(this.desk).corrected(viewer, fitting('query', CorrectionsQuery, query));
    await this.audit.saw(viewer, { what: 'corrections' });
    return corrections;
  }
}
