import type { IncomingMessage } from 'node:http';
import { Controller, Get, Header, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { type CorrectionList, type CorrectionMade, CorrectionRequest, CorrectionsQuery } from '@rapport-live/protocol';
import { fitting, sessionIdOf } from '../../gateway/asked';
import { CurrentViewer, requireRole, type Viewer } from '../../gateway/auth/viewer';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../../gateway/gateway-options';
import { readBody } from '../../gateway/request-body';
import { HistoryDesk, openDesk } from './history-desk';

/** What the emotion or intent of a moment was in truth (docs/history.md). */
@Controller('v1')
export class CorrectionsController {
  constructor(
    @Inject(HistoryDesk) private readonly desk: HistoryDesk | null,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
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

  @Get('corrections')
  @Header('cache-control', 'no-store')
  list(@CurrentViewer() viewer: Viewer, @Query() query: unknown): Promise<CorrectionList> {
    requireRole(viewer, ['admin'], 'Exporting corrections');
    return openDesk(this.desk).corrected(viewer, fitting('query', CorrectionsQuery, query));
  }
}
