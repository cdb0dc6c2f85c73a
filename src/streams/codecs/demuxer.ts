import type { OpusHead } from './opus-packet';

/** A picture track as its container describes it. */
export interface FilmHead {
  /** As in the container: `V_VP8`, `V_VP9`, `V_MPEG4/ISO/AVC`. */
  readonly codec: string;
  /** Pixels, as the container says; 0 when it does not. */
  readonly width: number;
  readonly height: number;
  /** What the codec needs beside its frames; empty for most. */
  readonly setup: Uint8Array;
  /** The frames are encrypted or compressed once more. */
  readonly encoded: boolean;
}

/** What a container says, in the order of the bytes. */
export interface DemuxSink {
  /** A new beginning: a decoder for this. */
  head(head: OpusHead): void;
  /**
   * One packet, valid only during the call. `timeMs` is the container's own time; `within`: it began in the payload
   * being taken, not in one before.
   */
  packet(data: Uint8Array, timeMs: number, within: boolean): void;
  /** As `head`, of the first picture track. Only a demuxer opened for pictures says it. */
  film?(head: FilmHead): void;
  /** As `packet`: one coded picture. */
  picture?(data: Uint8Array, timeMs: number, within: boolean): void;
  /** Packets were there and could not be read. */
  corrupt(): void;
}

/**
 * A recording that steps further than this from one packet to the next has a damaged time there, ms: no payload holds an hour. The
 * time stamps of payloads, which are looked at for themselves, say where a recording really goes on.
 */
export const MAX_STEP_MS = 3_600_000;

/** Told whichever container it is. */
export const NO_HEADER = 'no header yet: send the init segment first, with the flag init';

/**
 * An incremental reader of a container of Opus: payloads may be cut anywhere. Memory is one buffer of fixed size; every
 * length in the input is checked against a bound before it is believed.
 */
export interface Demuxer {
  /** A sentence when the container is broken here: the rest of the payload is dropped, and it looks for a place to go on. */
  push(bytes: Uint8Array, sink: DemuxSink): string | undefined;
  /** Bytes are missing in front of the next. */
  lost(): void;
  /** As `lost`, and of what came nothing stays in memory. */
  erase(): void;
  /** The next payload begins with a header: forgets everything. True when a packet or page was cut off by that. */
  restart(): boolean;
}
