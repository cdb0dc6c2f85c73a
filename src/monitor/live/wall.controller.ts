import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { RapportError } from '@rapport-live/protocol';
import { RESULT_STORE, type ResultStore } from '../../delivery/result-feed';
import { requestCredential } from '../../gateway/auth/credential';
import { Doorkeeper } from '../../gateway/auth/doorkeeper';
import { namelessEvent } from '../../gateway/auth/names';
import { People } from '../../gateway/auth/people/people';
import { ViewAudit } from '../../gateway/auth/view-audit';
import { canSee, CurrentViewer, type Viewer } from '../../gateway/auth/viewer';
import { streamConversation } from './conversation-reader';
import { EventStream } from './event-stream';
import { LiveWall } from './live-wall';
import { OpenStreams } from './open-streams';
import { WallReader } from './wall-reader';

/** What is live now, as server-sent events (docs/dashboard.md). */
@Controller('v1/wall')
export class WallController {
  constructor(
    private readonly wall: LiveWall,
    private readonly streams: OpenStreams,
    @Inject(RESULT_STORE) private readonly store: ResultStore,
    private readonly audit: ViewAudit,
    private readonly people: People,
    private readonly doorkeeper: Doorkeeper,
  ) {}

  @Get('events')
  async watch(
    @Req() request: IncomingMessage,
    @Res() response: ServerResponse,
    @CurrentViewer() viewer: Viewer,
  ): Promise<void> {
    await this.audit.saw(viewer, { what: 'wall' });
    this.streams.requireRoom();
    new WallReader(this.wall, viewer, this.begin(request, response));
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
    this.streams.requireRoom();
    const stream = this.begin(request, response);
    const records = this.store.subscribe({ tenant: viewer.tenant, sessionId }, lastSeqOf(request));
    streamConversation(records, stream, viewer.seesNames ? (event) => event : namelessEvent);
  }

  /** Of a person it ends with the log-in, of a key with its age. */
  private begin(request: IncomingMessage, response: ServerResponse): EventStream {
    const credential = requestCredential(request, this.doorkeeper.isSecure(request));
    const mayGoOn = credential.kind === 'login' ? () => this.people.isIn(credential.text) : undefined;
    return this.streams.add(new EventStream(request, response, mayGoOn));
  }
}

/** `Last-Event-ID` of who comes back; 0: from the first. */
function lastSeqOf({ headers }: IncomingMessage): number {
  const seq = Number(headers['last-event-id']);
  return Number.isSafeInteger(seq) && seq > 0 ? seq : 0;
}
