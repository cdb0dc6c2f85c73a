import { TURN_MS } from '../support/expected-results';

/** Length of one frame of the microphone, ms, and its payload, bytes of 16 kHz PCM. */
export const FRAME_MS = 160;
export const FRAME_BYTES = FRAME_MS * 32;
export const FRAMES_A_TURN = TURN_MS / FRAME_MS;
/** A run of more media is none the wiser, only longer: 12 s. */
export const MAX_FRAMES = 75;

/** Frames [from, to) that are not heard: paused, or lost. */
interface FrameSpan {
  from: number;
  to: number;
}

/** What was said beside media; its result has `kind: pause` and these. */
export interface SaidControl {
  readonly ptsMs: number;
  readonly paused: boolean;
}

interface SaidChat {
  readonly messageId: string;
  readonly ptsMs: number;
  readonly party: 'customer' | 'agent';
}

export interface Required {
  readonly windowEndsMs: number[];
  readonly utteranceStartsMs: number[];
  readonly chatMs: number[];
}

/**
 * The contract of rapport.v1 for one session, without a network, a clock or a model in it: what was sent, and what
 * must, may and must not come back. It knows nothing of how the service works.
 */
export class ReferenceModel {
  phase: 'up' | 'down' | 'ended' = 'up';
  /** Frames of the microphone so far. */
  made = 0;
  /** Frames below this were handed to a connection. */
  sent = 0;
  /** Frames below this came to the process that holds the session. */
  arrived = 0;
  /** Frames below this are in no buffer any more. */
  oldest = 0;
  /** Chat messages that came to the process that holds the session. */
  chatsArrived = 0;
  /** What is sent now is lost: the network has failed, and nobody knows yet. */
  isDoomed = false;
  /** Processes that have held the session. */
  epoch = 0;
  readonly chats: SaidChat[] = [];
  readonly controls: SaidControl[] = [];
  private readonly paused: FrameSpan[] = [];
  /** Frames that may be lost, and those of them that were never sent. */
  private readonly lost: FrameSpan[] = [];
  private readonly neverSent: FrameSpan[] = [];
  /** Lost frames that never went out: they must be announced, by the time that the gap ends. */
  readonly gapEndsMs: number[] = [];

  get mediaMs(): number {
    return this.made * FRAME_MS;
  }

  /** What is sent now arrives. */
  get isUp(): boolean {
    return this.phase === 'up' && !this.isDoomed;
  }

  get isPaused(): boolean {
    return this.paused.at(-1)?.to === Infinity;
  }

  /** It would last no time if it ended now. */
  get hasJustPaused(): boolean {
    return this.paused.at(-1)?.from === this.made;
  }

  /** All of it is heard: then nothing but what is required may come. */
  get isWhole(): boolean {
    return this.lost.length === 0 && this.paused.length === 0;
  }

  make(frames: number): number[] {
    const from = this.made;
    this.made += frames;
    return Array.from({ length: frames }, (_, i) => from + i);
  }

  up(): void {
    [this.phase, this.isDoomed, this.sent] = ['up', false, this.made];
  }

  down(): void {
    [this.phase, this.isDoomed] = ['down', false];
  }

  /** All that was sent so far came. */
  heard(): void {
    this.arrived = this.sent;
    this.chatsArrived = this.chats.length;
  }

  /** @param acked frames below this are needed by nobody: of the others the new process knows what comes again. */
  restarted(acked: number): void {
    this.down();
    this.epoch += 1;
    this.arrived = Math.min(this.arrived, acked);
    this.chatsArrived = 0;
    for (const span of this.lost) span.from = Math.min(span.from, acked);
  }

  pause(): void {
    this.paused.push({ from: this.made, to: Infinity });
    this.controls.push({ ptsMs: this.mediaMs, paused: true });
  }

  unpause(): void {
    this.paused.at(-1)!.to = this.made;
    this.controls.push({ ptsMs: this.mediaMs, paused: false });
  }

  /** Only frames from `oldest` on are left to be sent. */
  overflow(oldest: number): void {
    this.oldest = oldest;
    this.lost.push({ from: this.arrived, to: oldest });
    this.neverSent.push({ from: this.sent, to: oldest });
    const isPaused = this.paused.some(({ from, to }) => from < oldest && to > this.arrived);
    if (this.sent < oldest && !isPaused) this.gapEndsMs.push(oldest * FRAME_MS);
  }

  /** Nothing is heard around there, whatever reaches over from beside it. */
  isSilent(atMs: number): boolean {
    const isWithin = ({ from, to }: FrameSpan): boolean =>
      from * FRAME_MS + EDGE_MS <= atMs && to * FRAME_MS - EDGE_MS > atMs;
    return this.neverSent.some(isWithin) || this.paused.some(isWithin);
  }

  /** A gap may be announced there. */
  isLost(fromMs: number, toMs: number): boolean {
    return this.lost.some(({ from, to }) => from * FRAME_MS - EDGE_MS <= fromMs && to * FRAME_MS + EDGE_MS >= toMs);
  }

  /** What a session that ends now must have given, but for its beginning and its end. @param frames and chat that came. */
  required(frames = this.made, chats = this.chats.length): Required {
    const unheard = [...this.lost, ...this.paused];
    const isHeard = (fromMs: number, toMs: number): boolean =>
      !unheard.some(({ from, to }) => from * FRAME_MS < toMs && to * FRAME_MS > fromMs);
    const mediaMs = frames * FRAME_MS;
    const turns = Math.ceil(frames / FRAMES_A_TURN);
    const utteranceStartsMs = Array.from({ length: turns }, (_, turn) => turn * TURN_MS)
      .filter((startMs) => isHeard(startMs - EDGE_MS, startMs + TURN_MS))
      .map((startMs) => Math.max(0, startMs - PRE_ROLL_MS));
    const spokenMs = (fromMs: number, toMs: number): number => {
      let ms = 0;
      for (let at = fromMs; at < toMs; at += 20) if (at % TURN_MS < SPOKEN_MS && at < mediaMs) ms += 20;
      return ms;
    };
    const windowEndsMs: number[] = [];
    for (let endMs = 1000; endMs < mediaMs + 1000; endMs += 1000) {
      const isSpoken = spokenMs(Math.max(0, endMs - 1000), endMs) >= 100;
      const isEnough = spokenMs(Math.max(0, endMs - 4000), endMs) >= 1000;
      if (isSpoken && isEnough && isHeard(endMs - 4000 - EDGE_MS, endMs + EDGE_MS)) windowEndsMs.push(endMs);
    }
    return { windowEndsMs, utteranceStartsMs, chatMs: this.chats.slice(0, chats).map(({ ptsMs }) => ptsMs) };
  }
}

const SPOKEN_MS = 1280;
const PRE_ROLL_MS = 300;
/** How far a hole in the media may reach into what is beside it. */
const EDGE_MS = 640;
