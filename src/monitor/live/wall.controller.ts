import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { RapportError } from '@rapport-live/protocol';
import { RESULT_STORE, type ResultStore } from '../../delivery/result-feed';
import { namelessEvent } from '../../gateway/auth/names';
import { ViewAudit } from '../../gateway/auth/view-audit';
import { canSee, CurrentViewer, type Viewer } from '../../gateway/auth/viewer';
import { streamConversation } from './conversation-reader';
import { LiveWall } from './live-wall';
import { ViewerStreams } from './viewer-streams';
import { WallReader } from './wall-reader';

/** What is live now, as server-sent events (docs/dashboard.md). */
@Controller('v1/wall')
export class WallController {
  constructor(
    private readonly wall: LiveWall,
    private readonly streams: ViewerStreams,
    @Inject(RESULT_STORE) private readonly store: ResultStore,
    private readonly audit: ViewAudit,
  ) {}

  @Get('events')
  async watch(
    @Req() request: IncomingMessage,
    @Res() response: ServerResponse,
    @CurrentViewer() viewer: Viewer,
  ): Promise<void> {
    await this.audit.saw(viewer, { what: 'wall' });
    new WallReader(this.wall, viewer, this.streams.begin(request, response));
  }

  @Get('sessions/:id/events')
  async conversation(
    @Req() request: IncomingMessage,
    @Res() response: ServerResponse,
    @CurrentViewer() viewer: Viewer,
    @Param('id') sessionId: string,
  ): Promise<void> {
    const card = this.wall.one(viewer.tenant, sessionId);
    if (card === undefined || !canSee(viewer, { tenant: viewer.tenant, team: card.team })) {
      throw new RapportError('session_unknown', 'No such session is on the wall.');
    }
    await this.audit.saw(viewer, { what: 'session', sessionId });
    const stream = this.streams.begin(request, response);
    const records = this.store.subscribe({ tenant: viewer.tenant, sessionId }, lastSeqOf(request));
    streamConversation(records, stream, viewer.seesNames ? (event) => event : namelessEvent);
  }
}

/** `Last-Event-ID` of who comes back; 0: from the first. */
function lastSeqOf({ headers }: IncomingMessage): number {
  const seq = Number(headers['last-event-id']);
  return Number.isSafeInteger(seq) && seq > 0 ? seq : 0;
}
