import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import type { SessionSummaryAnswer } from '@rapport-live/protocol';
import { sessionIdOf } from '../../gateway/asked';
import { CurrentViewer, type Viewer } from '../../gateway/auth/viewer';
import { SessionSummaries } from './session-summaries';

/** `GET /v1/sessions/{id}/summary` (docs/alerts.md). */
@Controller('v1/sessions')
export class SessionSummaryController {
  constructor(@Inject(SessionSummaries) private readonly summaries: SessionSummaries) {}

  @Get(':id/summary')
  @Header('cache-control', 'no-store')
  async summary(@CurrentViewer() viewer: Viewer, @Param('id') id: string): Promise<SessionSummaryAnswer> {
    return this.summaries.of(viewer, sessionIdOf(id));
  }
}
