import type { StreamSpec } from '../facts/media-chunk';
import type { SessionPool } from '../inference/inference-pool';
import type { Deadlines } from './deadlines';
import type { DropReason } from './lane';
import type { RestoredStreams } from './resume/restored-streams';
import type { RingMemory } from './ring-memory';
import type { SessionClock } from './session-clock';
import type { StreamOptions } from './stream-options';
import type { VideoDecoders } from './video/video-decoder';

export interface SessionStreamsSpec {
  readonly sessionId: string;
  readonly streams: readonly StreamSpec[];
  /** Media seconds per wall second that the sender means to send. */
  readonly pace: number;
  /** The media is a recording: it has no clock of its own, and no silence where its sender halts (ADR 0014). Default: only by its pace. */
  readonly recorded?: boolean;
  /** Open utterances are told too, about once a second. Default: no. */
  readonly partials?: boolean;
  /** It goes on after its process: it waits for its client, from there on. */
  readonly restored?: RestoredStreams;
}

export interface SessionStreamsDeps {
  readonly clock: SessionClock;
  readonly pool: SessionPool;
  readonly options: StreamOptions;
  /** Told of each chunk that is dropped, as it is. */
  readonly onDrop?: (reason: DropReason) => void;
  /** Shared by all sessions; default: each has memory of its own. */
  readonly rings?: RingMemory;
  /** Shared by all sessions; default: each has a timer of its own. */
  readonly deadlines?: Deadlines;
  /** Absent: `webm-video` is refused. */
  readonly video?: VideoDecoders;
  /**
   * Puts the work that media brings off to the end of the turn of the event loop: pieces of several streams that came in
   * one read are worked on together. Default: at once.
   */
  readonly soon?: (task: () => void) => void;
}
