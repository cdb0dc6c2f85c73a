import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { RapportError, type SessionSummaryAnswer } from '@rapport-live/protocol';
import { z } from 'zod';
import { CurrentViewer, type Viewer } from '../../gateway/auth/viewer';
import { SessionSummaries } from './session-summaries';

const SessionId = z.uuid();

/** `GET /v1/sessions/{id}/summary` (docs/alerts.md). */
@Controller('v1/sessions')
export class SessionSummaryController {
  constructor(@Inject(SessionSummaries) private readonly summaries: SessionSummaries) {}

  @Get(':id/summary')
  @Header('cache-control', 'no-store')
  async summary(@CurrentViewer() viewer: Viewer, @Param('id') id: string): Promise<SessionSummaryAnswer> {
    if (SessionId.safeParse(id).success) return this.summaries.of(viewer, id.toLowerCase());
    throw new RapportError('invalid_request', 'The id of a session is a UUID.');
  }
}
