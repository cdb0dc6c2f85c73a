/** Where the sound of one voice was cut, for a process that goes on with it. */
export interface VoiceCut {
  readonly name: string;
  /** Sound before this is in utterances whose finals are durable, or in none; media ms. */
  readonly floorMs: number;
  /** Samples at the front of what is sent again that belong to a voice-activity frame begun before: frames keep their grid. */
  readonly skipSamples: number;
}

/** Where a stream goes on in a process that has heard nothing of it. */
export interface StreamStart {
  readonly streamId: number;
  /** The first frame that is needed. */
  readonly seq: number;
  readonly byteOffset: number;
  /** Media ms of its first content, as it was placed. */
  readonly startMs: number;
  /** Nothing of it is needed. */
  readonly ended: boolean;
  readonly voices: readonly VoiceCut[];
}

/** A gap that is in the log. */
export interface ToldGap {
  /** Absent: of the whole session. */
  readonly streamName?: string;
  readonly reason: string;
  readonly toMs: number;
}

/** A session whose process died: what its streams must know to go on. */
export interface RestoredStreams {
  /** Media time 0 on the clock of this process, ms. */
  readonly startedAtMs: number;
  /** The results of every hop up to here are durable. */
  readonly hopEndMs: number;
  readonly streams: readonly StreamStart[];
  /** Of the last announced gap, ms, or -1. */
  readonly lastGapMs: number;
  /** The newest of them: what is heard again is not announced again. */
  readonly gaps?: readonly ToldGap[];
  readonly chat: readonly { readonly messageId: string; readonly ptsMs: number }[];
}
