import type { IncomingMessage } from 'node:http';
import { type ErrorCode, RapportError, type TypedEvent } from '@rapport-live/protocol';
import type { DurableRecord } from '../../delivery/session-result';
import type { FusionCalibration } from '../../fusion/calibration';
import type { ByKey } from '../../gateway/auth/doorkeeper';
import type { Principal } from '../../gateway/auth/principal';
import type { SessionPool } from '../../inference/inference-pool';
import { identifyByApiKey } from '../by-api-key';
import type { CallEvents, DoorCall } from '../door-call';
import type { CallStart, DoorCalls } from '../door-calls';
import type { DoorLine } from '../door-line';
import type { DoorProtocol, LineListener } from '../web-socket-door';
import { FaceMeasurement } from './face-measurement';
import { HumeAudio } from './hume-audio';
import type { HumePeer } from './hume-session';
import { HumeVideo } from './hume-video';
import type { CloseReason, ErrorCode as HumeErrorCode, ErrorMessage } from './messages';

/** Larger messages are answered up to this many times the limit; above, the WebSocket is closed with 1009. */
const HARD_LIMIT_FACTOR = 4;

export interface HumeDoorParts {
  readonly calls: DoorCalls;
  readonly pool: SessionPool;
  readonly calibration: FusionCalibration;
  /** A session was ended for an error. */
  readonly onFault: (error: RapportError) => void;
}

/** What Hume's codes are in our log and metrics. */
const OUR_CODES: Partial<Record<HumeErrorCode, ErrorCode>> = {
  config_invalid: 'invalid_message',
  message_too_large: 'message_too_large',
};

/** One of ours with what both endpoints have. */
type Session = HumeAudio | HumeVideo;

abstract class HumeDoor implements DoorProtocol {
  readonly name = 'hume';
  readonly subprotocols = [];
  abstract readonly path: string;
  protected abstract readonly limitBytes: number;
  /** Of the call behind. */
  protected abstract readonly start: CallStart;

  constructor(protected readonly parts: HumeDoorParts) {}

  get maxMessageBytes(): number {
    return HARD_LIMIT_FACTOR * this.limitBytes;
  }

  /** As Hume's clients show their keys: in the header `X-Hume-Api-Key`, or as a bearer. */
  identify(request: IncomingMessage, byKey: ByKey): Principal | Promise<Principal> {
    const key = request.headers['x-hume-api-key'];
    return typeof key === 'string' ? byKey(key) : identifyByApiKey(request, byKey);
  }

  open(line: DoorLine, request: IncomingMessage): LineListener {
    const peer: HumePeer = {
      send: (text) => line.send(text),
      // without its sentence, which may repeat what the client sent
      faulty: (code) =>
        this.parts.onFault(new RapportError(OUR_CODES[code] ?? 'internal', `The session ended with ${code}.`)),
      close: (status) => line.close(status),
    };
    const events = new HumeEvents();
    try {
      const call = this.parts.calls.begin(line, this.startOf(request), events);
      const session = this.sessionOf(peer, call);
      events.begin(session);
      return this.listener(session, call);
    } catch (error) {
      return this.refused(line, error);
    }
  }

  /** The language, which the API has no word for, may stand in the query: partial words, and so the start of an utterance, need it. */
  private startOf({ url = '' }: IncomingMessage): CallStart {
    const language = new URLSearchParams(url.split('?', 2)[1]).get('language');
    const { session } = this.start;
    return { ...this.start, session: { ...session, ...(language === null ? {} : { language }) } };
  }

  protected abstract sessionOf(peer: HumePeer, call: DoorCall): Session;

  private listener(session: Session, call: DoorCall): LineListener {
    const { limitBytes } = this;
    const fits = (length: number): boolean => {
      if (length > limitBytes) session.tooLarge(`a message of ${length} bytes is larger than ${limitBytes}`);
      return length <= limitBytes;
    };
    return {
      text: (text) => void (fits(Buffer.byteLength(text)) && session.text(text)),
      binary: (bytes) => void (fits(bytes.length) && session.binary(bytes)),
      gone: () => call.leave(),
    };
  }

  /** No session can be had now: the error says so, and the status has the client come again later. */
  private refused(line: DoorLine, error: unknown): LineListener {
    if (error instanceof RapportError) {
      const { message } = error;
      line.send(
        JSON.stringify({ type: 'error', code: 'internal_error', message, retryable: false } satisfies ErrorMessage),
      );
    }
    line.answer(error);
    return { text: () => {}, binary: () => {}, gone: () => {} };
  }
}

/** Hume's audio endpoint at `/hume/v1/expression/audio/realtime`. */
export class HumeAudioDoor extends HumeDoor {
  readonly path = '/hume/v1/expression/audio/realtime';
  protected readonly limitBytes = 1024 * 1024;
  protected readonly start: CallStart = {
    session: { channel: 'voice' },
    streams: [{ streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' }],
    partials: true,
  };

  protected sessionOf(peer: HumePeer, call: DoorCall): Session {
    const audio = {
      sessionId: call.sessionId,
      get mediaMs() {
        return call.mediaMs;
      },
      media: (bytes: Uint8Array, ptsMs: number, missing: boolean) => void call.media(1, ptsMs, bytes, missing),
      end: () => call.end(),
    };
    return new HumeAudio(peer, audio, () => performance.now());
  }
}

/** Hume's video endpoint at `/hume/v1/expression/video/realtime`. */
export class HumeVideoDoor extends HumeDoor {
  readonly path = '/hume/v1/expression/video/realtime';
  protected readonly limitBytes = 2_000_000;
  protected readonly start: CallStart = {
    session: { channel: 'video' },
    streams: [{ streamId: 1, kind: 'video', party: 'customer', codec: 'jpeg' }],
  };

  protected sessionOf(peer: HumePeer, call: DoorCall): Session {
    const { pool, calibration } = this.parts;
    const faces = new FaceMeasurement(pool, calibration, call.sessionId);
    const video = {
      sessionId: call.sessionId,
      get mediaMs() {
        return call.mediaMs;
      },
      media: (bytes: Uint8Array, ptsMs: number) => void call.media(1, ptsMs, bytes),
      measure: faces.measure.bind(faces),
      end: () => call.end(),
    };
    return new HumeVideo(peer, video, () => performance.now());
  }
}

/** What a call tells, as a session of Hume's hears it. Nothing comes before the session is there. */
class HumeEvents implements CallEvents {
  private session: Session | undefined;
  private waiting: ((session: Session) => void)[] = [];
  private reason: CloseReason = 'error';

  begin(session: Session): void {
    this.session = session;
    for (const task of this.waiting.splice(0)) task(session);
  }

  result({ event }: DurableRecord): void {
    const typed = event as TypedEvent;
    if (typed.type === 'rapport.session.ended') {
      const { reason } = typed.data;
      this.reason = reason === 'shutdown' ? 'server_shutdown' : reason === 'ended' ? 'client_request' : 'error';
    } else this.told(typed);
  }

  ephemeral(event: object): void {
    this.told(event as TypedEvent);
  }

  ended(): void {
    this.soon((session) => session.over(this.reason));
  }

  failed({ message }: RapportError): void {
    this.soon((session) => {
      session.failed(message);
      session.over('error');
    });
  }

  private told(event: TypedEvent): void {
    this.soon((session) => {
      if (session instanceof HumeAudio) tellAudio(session, event);
    });
  }

  private soon(task: (session: Session) => void): void {
    if (this.session === undefined) this.waiting.push(task);
    else task(this.session);
  }
}

function tellAudio(session: HumeAudio, event: TypedEvent): void {
  switch (event.type) {
    case 'rapport.transcript.partial':
      return session.partial(event.data);
    case 'rapport.transcript.final':
      return session.final(event.data);
    case 'rapport.window.assessed': {
      const { windowStartMs, windowEndMs, abstained, modalities } = event.data;
      const { present, emotion } = modalities.voice;
      return session.window({
        ...{ startMs: windowStartMs, endMs: windowEndMs, abstained: abstained !== undefined },
        emotion: present ? emotion : undefined,
      });
    }
    case 'rapport.window.degraded':
      return session.passed(event.data.lastWindowEndMs);
    case 'rapport.session.heartbeat':
      return session.passed(event.data.mediaMs);
  }
}
