import { TURN_MS } from '../support/expected-results';

/** Length of one frame of the microphone, ms, and its payload, bytes of 16 kHz PCM. */
export const FRAME_MS = 160;
export const FRAME_BYTES = FRAME_MS * 32;
export const FRAMES_A_TURN = TURN_MS / FRAME_MS;

/** Frames [from, to) that never arrive: dropped by a pause, or declared lost. */
export interface FrameSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * The contract of rapport.v1 for one session, without a network, a clock or a model in it: what was sent, and what
 * must, may and must not come back. It knows nothing of how the service works.
 */
export class ReferenceModel {
  phase: 'new' | 'up' | 'down' | 'ended' = 'new';
  /** Frames of the microphone so far. */
  made = 0;
  /** Frames below this were handed to a connection. */
  sent = 0;
  /** What is sent now is lost: the network has failed, and nobody knows yet. */
  isDoomed = false;
  /** Processes that have held the session. */
  epoch = 0;
  readonly lost: FrameSpan[] = [];
  readonly chats: { readonly messageId: string; readonly ptsMs: number; readonly party: 'customer' | 'agent' }[] = [];

  get mediaMs(): number {
    return this.made * FRAME_MS;
  }

  make(frames: number): number[] {
    const from = this.made;
    this.made += frames;
    return Array.from({ length: frames }, (_, i) => from + i);
  }

  /** What a session that ends now must have given, but for its beginning and its end. */
  required(): { readonly windowEndsMs: number[]; readonly utteranceStartsMs: number[]; readonly chatMs: number[] } {
    const heardMs = (fromMs: number, toMs: number): boolean =>
      !this.lost.some(({ from, to }) => from * FRAME_MS < toMs && to * FRAME_MS > fromMs);
    const turns = Math.ceil(this.made / FRAMES_A_TURN);
    const utteranceStartsMs = Array.from({ length: turns }, (_, turn) => turn * TURN_MS)
      .filter((startMs) => heardMs(startMs - EDGE_MS, startMs + TURN_MS))
      .map((startMs) => Math.max(0, startMs - PRE_ROLL_MS));
    const spokenMs = (fromMs: number, toMs: number): number => {
      let ms = 0;
      for (let at = fromMs; at < toMs; at += 20) if (at % TURN_MS < SPOKEN_MS && at < this.mediaMs) ms += 20;
      return ms;
    };
    const windowEndsMs: number[] = [];
    for (let endMs = 1000; endMs < this.mediaMs + 1000; endMs += 1000) {
      const isSpoken = spokenMs(Math.max(0, endMs - 1000), endMs) >= 100;
      const isEnough = spokenMs(Math.max(0, endMs - 4000), endMs) >= 1000;
      if (isSpoken && isEnough && heardMs(endMs - 4000 - EDGE_MS, endMs + EDGE_MS)) windowEndsMs.push(endMs);
    }
    return { windowEndsMs, utteranceStartsMs, chatMs: this.chats.map(({ ptsMs }) => ptsMs) };
  }
}

const SPOKEN_MS = 1280;
const PRE_ROLL_MS = 300;
/** How far a hole in the media may reach into what is beside it. */
const EDGE_MS = 640;
