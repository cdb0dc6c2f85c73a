import { type ClientMessage, decodeFrame, type Frame, type ServerMessage } from '@rapport-live/protocol';
import SESSION from './scripted-session.json';
import type { Address, OpenTransport, Transport, TransportEvents } from '../src/transport';

export const SESSION_ID = SESSION.sessionId;
const LIMITS = SESSION.limits;

/** The service as a test writes it down, in place of the network: each connection is one of `connections`. */
export class ScriptedDoor {
  readonly connections: ScriptedConnection[] = [];
  /** As a browser's, where it is false: its connections cannot be paused. */
  canPause = true;
  /** Connections that come now are closed so, before they open. */
  refusal: { readonly status: number; readonly reason: string; readonly error?: Error } | undefined;

  readonly open: OpenTransport = (address, _timeoutMs, events) => {
    const connection = new ScriptedConnection(address, events, this.canPause);
    this.connections.push(connection);
    const { refusal } = this;
    // jest's timers would hold a microtask back
    void Promise.resolve().then(() => (refusal === undefined ? events.onOpen() : events.onClose(refusal)));
    return connection;
  };

  get newest(): ScriptedConnection {
    return this.connections.at(-1)!;
  }
}

export class ScriptedConnection implements Transport {
  readonly hearsPings: boolean = true;
  readonly bufferedBytes: number = 0;
  readonly messages: ClientMessage[] = [];
  readonly frames: Frame[] = [];
  /** Both, in order: types of messages and seqs of frames. */
  readonly order: (string | number)[] = [];
  isPaused = false;
  isTerminated = false;

  constructor(
    readonly address: Address,
    private readonly events: TransportEvents,
    readonly canPause = true,
  ) {}

  send(data: string | Uint8Array): void {
    if (typeof data === 'string') {
      const message = JSON.parse(data) as ClientMessage;
      this.messages.push(message);
      this.order.push(message.type);
      return;
    }
    const decoded = decodeFrame(data);
    if (!decoded.ok) throw new Error(`the client sent a frame that is none: ${decoded.fault.kind}`);
    this.frames.push(decoded.frame);
    this.order.push(decoded.frame.seq);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  terminate(): void {
    this.isTerminated = true;
    void Promise.resolve().then(() => this.events.onClose({ status: 1006, reason: '' }));
  }

  say(message: object): void {
    this.events.onText(JSON.stringify(message));
  }

  heard(): void {
    this.events.onHeard();
  }

  close(status = 1006, reason = ''): void {
    this.events.onClose({ status, reason });
  }

  /** @param limits first credit of each stream */
  ready(limits: Readonly<Record<number, number>> = {}, more: object = {}): void {
    const credits = Object.entries(limits).map(([id, limitBytes]) => ({ streamId: Number(id), limitBytes }));
    const token = { resumeToken: 'token-0', resumeWindowMs: 60_000 };
    this.say({ type: 'session.ready', sessionId: SESSION_ID, epoch: 0, ...token, credits, limits: LIMITS, ...more });
  }

  resumed(streams: readonly object[] = [], more: object = {}): void {
    const whole = streams.map((stream) => ({
      streamId: 1,
      nextByteOffset: 0,
      sendInit: false,
      ended: false,
      ...stream,
    }));
    const state = { epoch: 0, resumeToken: 'token-1', resumeWindowMs: 60_000, resultSeq: 0, mediaMs: 0, paused: false };
    this.say({
      type: 'session.resumed',
      sessionId: SESSION_ID,
      ...state,
      tookOver: false,
      streams: whole,
      limits: LIMITS,
      ...more,
    });
  }

  result(seq: number, event: object = {}): void {
    this.say(resultOf(seq, event));
  }
}

export function resultOf(seq: number, event: object = {}): ServerMessage {
  const data = { kind: 'notice', mediaMs: seq, detail: {} };
  return { type: 'result', seq, event: { id: `id-${seq}`, type: 'rapport.session.updated', data, ...event } } as never;
}
