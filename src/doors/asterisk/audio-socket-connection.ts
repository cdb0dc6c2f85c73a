import type { Socket } from 'node:net';
import { type ErrorCode, type Party, RapportError } from '@rapport-live/protocol';
import type { Seats } from '../../gateway/admission/seats';
import type { DoorMeter } from '../../facts/door-meter';
import type { Principal } from '../../gateway/auth/principal';
import type { GatewayOptions } from '../../gateway/gateway-options';
import type { DoorCalls } from '../door-calls';
import type { CallLine, LineEvents } from '../door-line';
import { AudioSocketCall } from './audio-socket-call';
import { AUDIO_SOCKET, encodeFrame, FRAME_HEADER_BYTES, FrameCutter } from './audio-socket-frames';

/** Codes of our own in a frame of type 0xff; Asterisk's are below 0x10. */
export const AUDIO_SOCKET_ERRORS = { protocol: 0x10, capacity: 0x11, refused: 0x12, timeout: 0x13, internal: 0x14 };

const CODE_OF: Partial<Readonly<Record<ErrorCode, number>>> = {
  too_many_sessions: AUDIO_SOCKET_ERRORS.capacity,
  quota_exceeded: AUDIO_SOCKET_ERRORS.capacity,
  rate_limited: AUDIO_SOCKET_ERRORS.capacity,
  overloaded: AUDIO_SOCKET_ERRORS.capacity,
  server_shutdown: AUDIO_SOCKET_ERRORS.capacity,
  forbidden: AUDIO_SOCKET_ERRORS.refused,
  session_timeout: AUDIO_SOCKET_ERRORS.timeout,
  internal: AUDIO_SOCKET_ERRORS.internal,
};

export type ConnectionBounds = Pick<GatewayOptions, 'startTimeoutMs' | 'idleTimeoutMs' | 'closeTimeoutMs'>;

export interface ConnectionParts extends LineEvents {
  readonly calls: DoorCalls;
  readonly party: Party;
  readonly bounds: ConnectionBounds;
  readonly meter: DoorMeter;
}

/** One connection of Asterisk's: its bounds, and that faults of it are told in its own words and stay with it. */
export class AudioSocketConnection implements CallLine {
  closeCode: ErrorCode | undefined;
  private readonly cutter = new FrameCutter();
  private readonly startTimer: NodeJS.Timeout;
  private readonly call: AudioSocketCall;
  private seat: ReturnType<Seats['take']> | undefined;
  private isClosing = false;
  /** An end of the peer's is a hang-up; an error, or an end inside a frame, is a lost connection. */
  private hasEnded = false;

  constructor(
    private readonly socket: Socket,
    readonly principal: Principal,
    private readonly parts: ConnectionParts,
  ) {
    const { startTimeoutMs, idleTimeoutMs } = parts.bounds;
    this.startTimer = setTimeout(() => this.late(`No sound came within ${startTimeoutMs} ms.`), startTimeoutMs);
    this.call = new AudioSocketCall(this, parts.calls, parts.party, {
      close: () => this.hangUp(),
      fail: (error) => this.fail(error),
    });
    socket.on('error', () => {}).on('end', () => (this.hasEnded = !this.cutter.isInside));
    socket.setTimeout(idleTimeoutMs, () => this.late(`Nothing was heard for ${idleTimeoutMs} ms.`));
    socket.on('close', () => {
      clearTimeout(this.startTimer);
      if (this.seat !== undefined) parts.meter.left();
      this.seat?.free();
      this.call.gone(this.hasEnded);
    });
  }

  /** Asks `admit` for its place, and reads from then on; who gets none is told why. */
  admit(admit: () => ReturnType<Seats['take']>): void {
    try {
      this.seat = admit();
    } catch (error) {
      return this.fail(error);
    }
    this.parts.meter.entered();
    this.socket.on('data', (chunk) => this.heard(chunk));
  }

  onStarted = (): void => {
    clearTimeout(this.startTimer);
    this.seat?.started();
  };

  hangUp(): void {
    this.close(encodeFrame(AUDIO_SOCKET.hangup));
  }

  private heard(chunk: Buffer): void {
    if (this.isClosing) return;
    try {
      for (const frame of this.cutter.cut(chunk)) {
        this.parts.meter.received(FRAME_HEADER_BYTES + frame.payload.length);
        this.call.frame(frame);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private late(sentence: string): void {
    this.fail(new RapportError('session_timeout', sentence));
  }

  private fail(error: unknown): void {
    if (this.isClosing) return;
    const { onFault, onOwnFault } = this.parts;
    if (!(error instanceof RapportError)) onOwnFault(error);
    const told = error instanceof RapportError ? error : new RapportError('internal', 'The service failed.');
    this.closeCode = told.code;
    onFault(told);
    const code = CODE_OF[told.code] ?? AUDIO_SOCKET_ERRORS.protocol;
    this.close(Buffer.concat([encodeFrame(AUDIO_SOCKET.error, Uint8Array.of(code)), encodeFrame(AUDIO_SOCKET.hangup)]));
    this.call.gone(false);
  }

  /** Who does not read the last word is cut off. */
  private close(last: Buffer): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.socket.end(last);
    setTimeout(() => this.socket.destroy(), this.parts.bounds.closeTimeoutMs).unref();
  }
}
