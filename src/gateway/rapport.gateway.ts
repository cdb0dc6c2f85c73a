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
  RapportError,
  type SessionEnd,
  type SessionStart,
  type StreamEnd,
} from '@rapport-live/protocol';
import { CONVERSATION_HOST, type ConversationHost } from '../pipeline/conversation-host';
import { STREAM_LIMITS, type StreamLimits } from '../pipeline/stream-limits';
import type { Meter } from '../facts/meter';
import { METER } from '../ops/service-meter';
import type { Connection } from './connection';
import { FaultFilter } from './fault.filter';
import { GATEWAY_OPTIONS, type GatewayOptions } from './gateway-options';
import { GatewaySession } from './gateway-session';
import { specifyStreams } from './stream-names';

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
    @Inject(METER) private readonly meter: Meter,
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

  /** The connection is gone, or is given up: its session ends. Idempotent. */
  private leave(connection: Connection): void {
    this.clearStartTimer(connection);
    const session = this.sessions.get(connection);
    if (session === undefined) return;
    this.sessions.delete(connection);
    session.detach();
    void this.host.end(session.conversation, {
      reason: connection.closeCode === 'session_timeout' ? 'timeout' : 'disconnected',
    });
  }

  @SubscribeMessage('session.start')
  start(@ConnectedSocket() connection: Connection, @MessageBody() start: SessionStart): void {
    if (this.sessions.has(connection)) {
      throw new RapportError('session_exists', 'This connection already has a session.');
    }
    if (!start.session.consent.analysis) {
      throw new RapportError('invalid_message', 'session.consent.analysis is false: nothing may be analysed.');
    }
    const streams = specifyStreams(start);
    const conversation = this.host.open(connection.tenant, start, streams, connection.trace);
    this.clearStartTimer(connection);
    const { maxMessageBytes, maxTextMessageBytes, idleTimeoutMs } = this.options;
    const limits = { ...this.limits, maxMessageBytes, maxTextMessageBytes, idleTimeoutMs };
    const session = new GatewaySession(connection, conversation, limits, this.meter);
    this.sessions.set(connection, session);
  }

  @SubscribeMessage('chat.message')
  chat(@ConnectedSocket() connection: Connection, @MessageBody() message: ChatMessage): void {
    this.sessionOf(connection, message.type).chat(message);
  }

  @SubscribeMessage('stream.end')
  endStream(@ConnectedSocket() connection: Connection, @MessageBody() message: StreamEnd): void {
    this.sessionOf(connection, message.type).endStream(message.streamId, message.ref);
  }

  @SubscribeMessage('session.end')
  end(@ConnectedSocket() connection: Connection, @MessageBody() message: SessionEnd): void {
    const session = this.sessionOf(connection, message.type);
    // Not awaited: results go on flowing while the session finishes, and the close follows session.ended.
    void this.host.end(session.conversation, { reason: 'ended', clientReason: message.reason });
  }

  private sessionOf(connection: Connection, type: string): GatewaySession {
    const session = this.sessions.get(connection);
    if (session === undefined) throw new RapportError('session_required', `${type} came before session.start.`);
    return session;
  }

  private clearStartTimer(connection: Connection): void {
    clearTimeout(this.startTimers.get(connection));
    this.startTimers.delete(connection);
  }
}
