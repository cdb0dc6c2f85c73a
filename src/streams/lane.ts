import type { ErrorCode } from '@rapport-live/protocol';
import type { DecoderLoss } from './codecs/voice-decoder';
import type { FilmLoss } from './video/film-track';
import type { Gap, Notice } from './gap-log';
import type { UtteranceClosed, UtteranceOpen } from '../facts/stream-fact';
import type { VoiceCut } from './resume/restored-streams';

/** What became of a frame. Whether the connection closes is said by the code (`ERRORS`). */
export type MediaVerdict = { readonly ok: true } | MediaFault;
export interface MediaFault {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly message: string;
}
export const ACCEPTED: MediaVerdict = { ok: true };

export function refuse(code: MediaFault['code'], message: string): MediaFault {
  return { ok: false, code, message };
}

export function tooFarAhead(what: string, ptsMs: number): MediaFault {
  return refuse('invalid_message', `${what}: ptsMs ${ptsMs} is too far ahead: it counts from session.start.`);
}

export type DropReason =
  | 'duplicate'
  | 'late'
  | 'hop_passed'
  | 'still_rate'
  | 'still_backlog'
  | 'lost_frame'
  | 'voice_activity_failed'
  | 'voice_backlog'
  | 'paused'
  | 'on_hold'
  | DecoderLoss
  | FilmLoss
  | ErrorCode;

/** What a lane needs of its session. */
export interface LaneHost {
  readonly watermarkMs: number;
  /** Something of a stream that fell silent ends once the watermark has passed it. */
  readonly isWatermarkAwaited: boolean;
  roomForUtterance(): boolean;
  utterance(fact: UtteranceClosed): void;
  gap(gap: Gap): void;
  notice(notice: Notice): void;
  drop(reason: DropReason): void;
  /** Something finished outside a call: look again. */
  wake(): void;
}

/** Where open utterances are told in part. */
export interface PartialSink {
  /** One of a stream at a time: a slow listener gets fewer, never a queue of them. */
  roomForPartial(streamName: string): boolean;
  partial(fact: UtteranceOpen): void;
}

/** The content of one stream, behind order and credit (`StreamIntake`). Times are media ms. */
export interface Lane {
  /** How far this stream is settled: the lane has said everything about hops that end by `mediaMs` less the lateness. */
  readonly mediaMs: number;
  /** Until when what came last lasts, where that is later: what is sampled comes again only then. Absent: `mediaMs`. */
  readonly lastsUntilMs?: number;
  /** End of the furthest content. */
  readonly endMs: number;
  /** Work under way, or that can begin. */
  readonly pending: boolean;
  /** What came since it was last pumped brings nothing, but for what the watermark does. Default: it may. */
  readonly isIdle?: boolean;
  /** Only the watermark can end what is open in it. Default: no. */
  readonly waitsForWatermark?: boolean;
  /** Bytes accepted that no released hop has taken. */
  readonly heldBytes: number;
  /** Wall time of a time-out, or Infinity. */
  readonly deadlineMs: number;
  /** Start of what it holds for an utterance, open or still to begin, or Infinity. */
  readonly needFromMs: number;
  /** Looks at the payload only. */
  check(bytes: Uint8Array): MediaFault | undefined;
  /**
   * Takes the payload, in order. A fault found only now: it was dropped, or the rest of it.
   * `init`: it begins with an init segment; codecs that have none ignore it.
   */
  accept(ptsMs: number, bytes: Uint8Array, discontinuity: boolean, init: boolean): MediaFault | void;
  /** Where the content of the last payload was placed, when that is another time than it was stamped with. */
  placedMs?(ptsMs: number): number | undefined;
  /** How its voices are cut, for a process that would hear it from `fromMs` on. */
  cuts?(fromMs: number): VoiceCut[];
  /** The init segment once more, for a decoder made anew; nothing else of the payload is taken. */
  begin?(bytes: Uint8Array): MediaFault | undefined;
  /** Frames are missing in front of the next: only its own time says where it belongs. */
  lost(): void;
  end(): void;
  /** Does what can be done now; `flush`: nothing more is expected soon. */
  pump(nowMs: number, flush: boolean): void;
  /**
   * The stream is paused or on hold: erases what no released hop has taken at or behind `fromMs`, and cuts what is open there. Nothing
   * goes on over the seam: decoders look for a place to begin again.
   */
  pause(fromMs: number): void;
  /** Start of the first content at or behind `fromMs` that no hop has taken, or Infinity. */
  nextContentMs(fromMs: number): number;
  /** The hops up to `endMs` are out. */
  release(endMs: number): void;
  /** They are, by a process before this one: what comes for them is heard for its words, and is no loss. */
  goOn(endMs: number): void;
  dispose(): void;
}
