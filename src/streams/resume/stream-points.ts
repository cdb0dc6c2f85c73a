/** What a client must know to go on with a stream. */
export interface StreamPoint {
  readonly streamId: number;
  /** The next frame that is wanted; those below it arrived. */
  readonly nextSeq: number;
  readonly nextByteOffset: number;
  readonly limitBytes: number;
  /** The decoder is new: it needs the init segment before anything else. */
  readonly sendInit: boolean;
  readonly ended: boolean;
}

/** From where on a stream would have to be sent to a process that has heard nothing of it. */
export interface AckedPoint {
  readonly streamId: number;
  readonly seq: number;
  readonly byteOffset: number;
  /** Media ms of that frame, as it was placed. */
  readonly startMs: number;
  /** The stream has ended, and nothing of it is needed any more. */
  readonly complete: boolean;
}

/** Media that a client declares lost, up to the frame with `nextSeq`. Times are media ms. */
export interface DeclaredGap {
  readonly streamId: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly nextSeq: number;
  readonly nextByteOffset: number;
  readonly reason: DeclaredReason;
}

export type DeclaredReason = 'buffer_overflow' | 'device' | 'muted' | 'unknown';
