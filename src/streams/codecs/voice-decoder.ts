/** One payload of a voice stream as it came. */
export interface VoicePayload {
  /** Media time of its first sample, ms. */
  readonly ptsMs: number;
  /** Media before it is missing on purpose: nothing goes on over the seam. */
  readonly discontinuity: boolean;
  /** It must begin with an init segment; what was begun before is over. Absent: false. */
  readonly init?: boolean;
  /** Valid only during the call. */
  readonly bytes: Uint8Array;
}

/** Why sound that the sender had is not heard as it was. */
export type DecoderLoss =
  /** A packet or page was damaged; what stands in its place is made up from the sound before it, then silence. */
  | 'corrupt_media'
  /** More packets than any codec makes in that time. */
  | 'packet_rate'
  /** The decoder failed on a packet and was made anew. */
  | 'decoder_restarted';

/** Where decoded sound goes. */
export interface PcmSink {
  /** Samples of one channel that can be taken now. */
  readonly roomSamples: number;
  /** 16 kHz, one array a party, equally long; valid only during the call. */
  pcm(ptsMs: number, channels: readonly Int16Array[], discontinuity: boolean): void;
  /** Counted, and announced as a gap. */
  gap(reason: DecoderLoss, fromMs: number, toMs: number): void;
  /** A reader of results should know; not an error. */
  notice(atMs: number, detail: Readonly<Record<string, string | number | boolean>>): void;
}

/**
 * The seam of the voice codecs: payloads in, 16 kHz samples of each party out. Synchronous; never throws, whatever the
 * bytes. What it keeps of a payload it copies. Memory is bounded by the credit of the stream.
 */
export interface VoiceDecoder {
  /** Bytes taken that wait for room in the sink, or for the decoder to be ready. */
  readonly waitingBytes: number;
  /** A sentence when a payload of so many bytes cannot be of this codec, whatever its content. */
  misfit(byteLength: number): string | undefined;
  /** Takes a payload, in order. A sentence says why it, or the rest of it, was dropped. */
  take(payload: VoicePayload, sink: PcmSink): string | undefined;
  /** Takes the init segment at the front of a payload, and nothing else of it. A sentence says why it is none. */
  begin?(bytes: Uint8Array): string | undefined;
  /** Decodes what waits, as far as there is room. */
  drain(sink: PcmSink): void;
  /** Payloads are missing in front of the next. */
  lost(sink: PcmSink): void;
  /**
   * The stream is paused: what waits and lies at or behind `fromMs` is erased, and nothing of what was taken stays in
   * buffers. Looks for a place to begin again in the next payload.
   */
  pause(fromMs: number, sink: PcmSink): void;
  /** Nothing follows: gives out what filters still hold. Call once nothing waits. */
  end(sink: PcmSink): void;
  dispose(): void;
}
