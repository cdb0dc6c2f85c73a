import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  EventsQuery,
  ExportQuery,
  RapportError,
  type SearchAnswer,
  SearchQuery,
  type SessionEvents,
  type SessionList,
  SessionQuery,
  VoiceQuery,
} from '@rapport-live/protocol';
import type { Response } from 'express';
import { fitting, sessionIdOf } from '../../gateway/asked';
import { CurrentViewer, type Viewer } from '../../gateway/auth/viewer';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../../gateway/gateway-options';
import { ViewAudit } from '../../gateway/auth/view-audit';
import { readBytes } from '../../gateway/request-body';
import { exported } from './export/exported';
import { HistoryDesk, openDesk } from './history-desk';

/** 15 s and 0.2 s of 16-bit samples at 16 kHz: what a transcript and a token of voice are made of. */
const MAX_VOICE_BYTES = 15 * 32_000;
const MIN_VOICE_BYTES = 6400;

/** `/v1/sessions` and `/v1/search`: past and running conversations (docs/history.md). */
@Controller('v1')
export class SessionsController {
  constructor(
    @Inject(HistoryDesk) private readonly desk: HistoryDesk | null,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
    @Inject(ViewAudit) private readonly audit: ViewAudit,
  ) {}

  @Get('sessions')
  @Header('cache-control', 'no-store')
  async list(@CurrentViewer() viewer: Viewer, @Query() query: unknown): Promise<SessionList> {
    const sessions = await openDesk(this.desk).list(viewer, fitting('query', SessionQuery, query));
    await this.audit.saw(viewer, { what: 'sessions' });
    return sessions;
  }

  @Get('sessions/:id/events')
  @Header('cache-control', 'no-store')
  async events(
    @CurrentViewer() viewer: Viewer,
    @Param('id') id: string,
    @Query() query: unknown,
  ): Promise<SessionEvents> {
    const sessionId = sessionIdOf(id);
    const events = await openDesk(this.desk).events(viewer, sessionId, fitting('query', EventsQuery, query));
    await this.audit.saw(viewer, { what: 'session', sessionId });
    return events;
  }

  @Get('sessions/:id/export')
  @Header('cache-control', 'no-store')
  async export(
    @CurrentViewer() viewer: Viewer,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res() response: Response,
  ): Promise<void> {
    const { format } = fitting('query', ExportQuery, query);
    const { type, ending, write } = exported(format);
    const whole = await openDesk(this.desk).whole(viewer, sessionIdOf(id));
    await this.audit.saw(viewer, { what: 'export', sessionId: whole.session.sessionId });
    response.setHeader('content-type', type);
    response.setHeader('content-disposition', `attachment; filename="${whole.session.sessionId}.${ending}"`);
    // once it has begun, whoever reads sees that it was cut off: why, the desk has told
    await pipeline(Readable.from(write(whole)), response).catch(() => {});
  }

  @Post('search/voice')
  @HttpCode(200)
  async searchVoice(
    @Req() request: IncomingMessage,
    @CurrentViewer() viewer: Viewer,
    @Query() query: unknown,
  ): Promise<SearchAnswer> {
    const asked = fitting('query', VoiceQuery, query);
    const bytes = await readBytes(request, { ...this.options, maxRequestBytes: MAX_VOICE_BYTES });
    if (bytes.length < MIN_VOICE_BYTES || bytes.length % 2 !== 0) {
      throw new RapportError('invalid_request', `${bytes.length} bytes are not 0.2 to 15 s of PCM16 at 16 kHz.`);
    }
    const pcm = new Int16Array(new Uint8Array(bytes).buffer);
    const found = await openDesk(this.desk).findVoice(viewer, pcm, asked);
    await this.audit.saw(viewer, { what: 'search', query: createHash('sha256').update(bytes).digest('hex') });
    return found;
  }

  @Get('search')
  @Header('cache-control', 'no-store')
  async search(@CurrentViewer() viewer: Viewer, @Query() query: unknown): Promise<SearchAnswer> {
    const asked = fitting('query', SearchQuery, query);
    const found = await openDesk(this.desk).find(viewer, asked);
    await this.audit.saw(viewer, { what: 'search', query: asked.q ?? asked.like! });
    return found;
  }
}
