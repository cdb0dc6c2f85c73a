import type { Codec, Party, StreamKind } from '@rapport-live/protocol';

/** One piece of media as every front door delivers it. The bytes are copied once, into the stream's ring. */
export interface MediaChunk {
  readonly streamId: number;
  /** Per stream, from 0, without gaps. */
  readonly seq: number;
  /** Presentation time in ms since `session.start`. */
  readonly ptsMs: number;
  /** Payload bytes on this stream before this chunk. */
  readonly byteOffset: number;
  readonly endOfStream: boolean;
  /** The payload begins with the codec's init segment (WebM header, Ogg header pages): its decoder starts anew there. */
  readonly init: boolean;
  readonly discontinuity: boolean;
  /** Sent again after a resume: no fault when it had arrived. Absent: false. */
  readonly retransmit?: boolean;
  /** Valid only during the call that hands it over. */
  readonly bytes: Uint8Array;
}

/** A stream as `session.start` describes it, with the name used in ids and results. */
export interface StreamSpec {
  readonly streamId: number;
  /** Stable and readable, e.g. `customer-voice-1`. */
  readonly name: string;
  readonly kind: StreamKind;
  readonly party: Party;
  readonly codec: Codec;
  /** Both parties in one stream, each in a channel of its own: who is heard in which. */
  readonly channels?: ('customer' | 'agent')[];
}
