/** Told why, when not all of a file could be read. */
export type OnFault = (reason: string) => void;

/** The sound of a file that we decode ourselves. */
export interface PlainSound {
  readonly channels: 1 | 2;
  /** As the file claims; absent: it is coded, and claims none that says how it was sampled. */
  readonly sampleRateHz?: number;
  /** 0 when the file does not say. */
  readonly durationMs: number;
  /** Samples at 16 kHz in [-1, 1], an array a voice, equally long; one voice of two channels is their mix. */
  readonly read: (voices: 1 | 2, onFault?: OnFault) => AsyncGenerator<readonly Float32Array[]>;
}
