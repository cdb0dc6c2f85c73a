import { Inject, UseFilters } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import {
  type ChatMessage,
  type ConsentUpdate,
  type Limits,
  type MediaGap,
  type ParticipantUpdate,
  type Ping,
  RapportError,
  type ResultAck,
  type SessionEnd,
  type SessionObserve,
  type SessionPause,
  type SessionResume,
  type SessionStart,
  type SessionUnobserve,
  type SessionUnpause,
  type StreamEnd,
  type StreamOpen,
} from '@rapport-live/protocol';
import { CONVERSATION_HOST, type ConversationHost } from '../pipeline/conversation-host';
import { STREAM_LIMITS, type StreamLimits } from '../pipeline/stream-limits';
import type { Meter } from '../facts/meter';
import { METER } from '../ops/service-meter';
import { SessionAdmission } from './admission/session-admission';
import { StartPace } from './admission/start-pace';
import type { Connection } from './connection';
import { FaultFilter } from './fault.filter';
import { GATEWAY_OPTIONS, type GatewayOptions } from './gateway-options';
import { GatewaySession } from './gateway-session';
import { Observers } from './observe/observers';
import { ResumableSessions } from './resume/resumable-sessions';
import { specifyJoining } from './stream-names';

/** The `rapport.v1` door: one session a connection. docs/protocol.md is its contract. */
@UseFilters(FaultFilter)
@WebSocketGateway()
export class RapportGateway implements OnGatewayConnection<Connection>, OnGatewayDisconnect<Connection> {
  private readonly sessions = new Map<Connection, GatewaySession>();
  private readonly startTimers = new Map<Connection, NodeJS.Timeout>();

  constructor(
    @Inject(CONVERSATION_HOST) private readonly host: ConversationHost,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
    @Inject(STREAM_LIMITS) private readonly limits: StreamLimits,
    private readonly admission: SessionAdmission,
    @Inject(METER) private readonly meter: Meter,
    private readonly resumable: ResumableSessions,
    private readonly observers: Observers,
    private readonly pace: StartPace,
  ) {}

  handleConnection(connection: Connection): void {
    const { startTimeoutMs } = this.options;
    connection.onFrame = () => connection.fail('session_required', 'A media frame came before session.ready.');
    connection.onFatal = () => this.leave(connection);
    const timer = setTimeout(() => {
      connection.fail('session_timeout', `No session.start came within ${startTimeoutMs} ms.`);
    }, startTimeoutMs);
    this.startTimers.set(connection, timer);
  }

  handleDisconnect(connection: Connection): void {
    this.leave(connection);
  }

  /** The connection is gone, or is given up. Idempotent. */
  private leave(connection: Connection): void {
    this.clearStartTimer(connection);
    this.observers.leave(connection);
    const session = this.sessions.get(connection);
    if (session === undefined) return;
    this.sessions.delete(connection);
    session.detach();
    this.resumable.left(session, connection.closeCode);
  }

  @SubscribeMessage('session.start')
  start(@ConnectedSocket() connection: Connection, @MessageBody() start: SessionStart): Promise<void> {
    return this.inTurn(connection, () => this.begin(connection, start));
  }

  private async begin(connection: Connection, start: SessionStart): Promise<void> {
    this.requireFree(connection);
    const conversation = this.admission.open(connection.tenant, start, connection.trace);
    const { session, token } = this.resumable.begin(conversation);
    const attached = this.join(connection, new GatewaySession(connection, session, this.meter));
    // Who is told a token can come back with it, also after a crash: by then its beginning is in the log.
    await Promise.all([this.resumable.keepTokens(session), conversation.results.settled()]);
    if (!this.holds(connection, attached)) return;
    const { windowMs } = this.resumable;
    connection.send({
      type: 'session.ready',
      sessionId: conversation.identity.sessionId,
      epoch: conversation.epoch,
      ...(windowMs === 0 ? {} : { resumeToken: token, resumeWindowMs: windowMs }),
      credits: [...conversation.initialCredits()],
      limits: this.sessionLimits(),
    });
    attached.begin(0, 0);
  }

  @SubscribeMessage('session.resume')
  resume(@ConnectedSocket() connection: Connection, @MessageBody() message: SessionResume): Promise<void> {
    return this.inTurn(connection, () => this.goOn(connection, message));
  }

  private async goOn(connection: Connection, message: SessionResume): Promise<void> {
    this.requireFree(connection);
    if (this.host.isClosing) throw new RapportError('server_shutdown', 'The service is shutting down.');
    const session = this.resumable.find(connection.tenant, message);
    const { conversation, tokens } = session;
    const { ackedResultSeq, resumeToken } = message;
    const tookOver = this.resumable.takeOver(session);
    const attached = this.join(connection, new GatewaySession(connection, session, this.meter));
    attached.takeUp(message.streams ?? []);
    attached.ackResult(ackedResultSeq);
    const nextToken = tokens.renew(resumeToken);
    await this.resumable.keepTokens(session);
    if (!this.holds(connection, attached)) return;
    const { resultSeq } = conversation.results;
    connection.send({
      type: 'session.resumed',
      sessionId: conversation.identity.sessionId,
      epoch: conversation.epoch,
      resumeToken: nextToken,
      resumeWindowMs: this.resumable.windowMs,
      resultSeq,
      mediaMs: conversation.mediaMs,
      paused: conversation.paused,
      tookOver,
      streams: [...conversation.points()],
      limits: this.sessionLimits(),
    });
    attached.begin(ackedResultSeq, resultSeq);
    this.meter.resume('resumed');
  }

  @SubscribeMessage('session.observe')
  observe(@ConnectedSocket() connection: Connection, @MessageBody() message: SessionObserve): void {
    if (!this.observers.isObserving(connection)) this.requireFree(connection);
    this.clearStartTimer(connection);
    connection.onStarted();
    this.observers.observe(connection, message);
  }

  @SubscribeMessage('session.unobserve')
  unobserve(@ConnectedSocket() connection: Connection, @MessageBody() message: SessionUnobserve): void {
    this.observers.unobserve(connection, message);
  }

  @SubscribeMessage('chat.message')
  chat(@ConnectedSocket() connection: Connection, @MessageBody() message: ChatMessage): void {
    this.sessionOf(connection, message.type).chat(message);
  }

  @SubscribeMessage('stream.open')
  openStream(@ConnectedSocket() connection: Connection, @MessageBody() { type, stream }: StreamOpen): void {
    const { conversation } = this.sessionOf(connection, type);
    const known = conversation.points().map(({ streamId }) => streamId);
    const { streamId, limitBytes } = conversation.openStream(specifyJoining(stream, known));
    connection.send({ type: 'credit', streamId, limitBytes });
  }

  @SubscribeMessage('stream.end')
  endStream(@ConnectedSocket() connection: Connection, @MessageBody() message: StreamEnd): void {
    this.sessionOf(connection, message.type).endStream(message.streamId, message.ref);
  }

  @SubscribeMessage('media.gap')
  gap(@ConnectedSocket() connection: Connection, @MessageBody() message: MediaGap): void {
    this.sessionOf(connection, message.type).gap(message);
  }

  @SubscribeMessage('result.ack')
  ackResult(@ConnectedSocket() connection: Connection, @MessageBody() message: ResultAck): void {
    this.sessionOf(connection, message.type).ackResult(message.seq);
  }

  @SubscribeMessage('ping')
  ping(@ConnectedSocket() connection: Connection, @MessageBody() { ref }: Ping): void {
    const session = this.sessions.get(connection);
    session?.heard();
    const mediaMs = session === undefined ? {} : { mediaMs: session.conversation.mediaMs };
    connection.send({ type: 'pong', ...(ref === undefined ? {} : { ref }), ...mediaMs });
  }

  @SubscribeMessage('session.pause')
  pause(@ConnectedSocket() connection: Connection, @MessageBody() message: SessionPause): void {
    this.sessionOf(connection, message.type).pause(message);
  }

  @SubscribeMessage('session.unpause')
  unpause(@ConnectedSocket() connection: Connection, @MessageBody() message: SessionUnpause): void {
    this.sessionOf(connection, message.type).unpause(message);
  }

  @SubscribeMessage('consent.update')
  consent(@ConnectedSocket() connection: Connection, @MessageBody() message: ConsentUpdate): void {
    const session = this.sessionOf(connection, message.type);
    session.updateConsent(message);
    if (!message.consent.analysis) void this.host.end(session.conversation, { reason: 'consent_withdrawn' });
  }

  @SubscribeMessage('participant.update')
  participant(@ConnectedSocket() connection: Connection, @MessageBody() message: ParticipantUpdate): void {
    this.sessionOf(connection, message.type).participant(message);
  }

  @SubscribeMessage('session.end')
  end(@ConnectedSocket() connection: Connection, @MessageBody() message: SessionEnd): void {
    const session = this.sessionOf(connection, message.type);
    // Not awaited: results go on flowing while the session finishes, and the close follows session.ended.
    void this.host.end(session.conversation, { reason: 'ended', clientReason: message.reason });
  }

  /** Sessions come in one after the other, and the connection may go while it waits. What it says next waits, too. */
  private inTurn(connection: Connection, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.pace.run(() => {
        if (connection.isOpen) work().then(resolve, reject);
        else resolve();
      });
    });
  }

  private requireFree(connection: Connection): void {
    if (this.sessions.has(connection)) {
      throw new RapportError('session_exists', 'This connection already has a session.');
    }
    if (this.observers.isObserving(connection)) {
      throw new RapportError('session_exists', 'This connection observes sessions: open another for one of its own.');
    }
  }

  private join(connection: Connection, attached: GatewaySession): GatewaySession {
    this.clearStartTimer(connection);
    connection.onStarted();
    this.sessions.set(connection, attached);
    this.resumable.attach(attached);
    return attached;
  }

  /** Whether it is still there: its answer had to wait for the disk. */
  private holds(connection: Connection, attached: GatewaySession): boolean {
    return this.sessions.get(connection) === attached;
  }

  private sessionOf(connection: Connection, type: string): GatewaySession {
    const session = this.sessions.get(connection);
    if (session === undefined) throw new RapportError('session_required', `${type} came before session.start.`);
    session.heard();
    return session;
  }

  private sessionLimits(): Limits {
    const { maxMessageBytes, maxTextMessageBytes, idleTimeoutMs } = this.options;
    return { ...this.limits, maxMessageBytes, maxTextMessageBytes, idleTimeoutMs };
  }

  private clearStartTimer(connection: Connection): void {
    clearTimeout(this.startTimers.get(connection));
    this.startTimers.delete(connection);
  }
}
