import type { HopVoice, TimeSpan } from '../../facts/stream-fact';

/** Not looked up for each sample. */
const { max, min } = Math;
const SAMPLES_PER_MS = 16;
/** The voice encoder halves 10 ms frames: lengths are multiples of 20 ms. */
const STRETCH_STEP_SAMPLES = 320;

interface HeldHop {
  readonly startMs: number;
  readonly endMs: number;
  readonly voices: readonly HopVoice[];
  readonly speech: readonly TimeSpan[];
}

/**
 * The last seconds of the customer's voice: PCM and where in it there is speech. Filled from hops alone, so whoever
 * replays the hops of one window length has the same content. Holds at most the window and one hop more.
 */
export class SpeechWindow {
  private held: HeldHop[] = [];
  private endMs = 0;

  constructor(private readonly windowMs: number) {}

  /** The customer's voices of one hop, none when nothing is streamed. Returns the ms of speech in this hop. */
  push(hop: { readonly hopStartMs: number; readonly hopEndMs: number }, voices: readonly HopVoice[]): number {
    this.endMs = hop.hopEndMs;
    const speech = joinSpans(voices.flatMap((voice) => voice.speech));
    if (voices.length > 0) this.held.push({ startMs: hop.hopStartMs, endMs: hop.hopEndMs, voices, speech });
    this.held = this.held.filter(({ endMs }) => endMs > this.startMs);
    return lengthOf(speech);
  }

  /** Start of the window, ms; below 0 in the first seconds. */
  get startMs(): number {
    return this.endMs - this.windowMs;
  }

  /** A voice of the customer was streamed in the window, speaking or not. */
  get hasVoice(): boolean {
    return this.held.length > 0;
  }

  /** Speech in the window, ms. */
  get speechMs(): number {
    return lengthOf(this.speech());
  }

  /**
   * From the first to the last speech of the window with a margin at both ends, at least `minMs` long as far as the
   * window reaches, even to before the session; zero where nothing was streamed. 16 kHz, length a multiple of 320 samples.
   */
  stretch(marginMs: number, minMs: number): { startMs: number; pcm: Int16Array<ArrayBuffer> } {
    const speech = this.speech();
    let from = Math.max(this.startMs, 0, (speech[0]?.startMs ?? this.endMs) - marginMs);
    let to = Math.min(this.endMs, (speech.at(-1)?.endMs ?? this.endMs) + marginMs);
    if (to - from < minMs) from = Math.max(this.startMs, to - minMs);
    if (to - from < minMs) to = Math.min(this.endMs, from + minMs);

    const first = Math.round(from * SAMPLES_PER_MS);
    const samples = Math.round(to * SAMPLES_PER_MS) - first;
    const pcm = new Int16Array(samples - (samples % STRETCH_STEP_SAMPLES));
    for (const { startMs, voices } of this.held) {
      const offset = Math.round(startMs * SAMPLES_PER_MS) - first;
      // nearly always there is one, and nothing to add it to: hops do not overlap
      for (const [i, voice] of voices.entries()) (i === 0 ? copyInto : addInto)(pcm, voice.pcm, offset);
    }
    return { startMs: first / SAMPLES_PER_MS, pcm };
  }

  private speech(): TimeSpan[] {
    return this.held
      .flatMap((hop) => hop.speech)
      .map(({ startMs, endMs }) => ({ startMs: Math.max(startMs, this.startMs), endMs }))
      .filter(({ startMs, endMs }) => endMs > startMs);
  }
}

/** Two streams of one customer are heard as one: overlapping spans become one. */
function joinSpans(spans: readonly TimeSpan[]): TimeSpan[] {
  const joined: TimeSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const last = joined.at(-1);
    if (last !== undefined && span.startMs <= last.endMs) {
      joined[joined.length - 1] = { startMs: last.startMs, endMs: Math.max(last.endMs, span.endMs) };
    } else {
      joined.push(span);
    }
  }
  return joined;
}

export function lengthOf(spans: readonly TimeSpan[]): number {
  return spans.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
}

/** Copies `source` to `offset` of `target`, clipped to both. */
function copyInto(target: Int16Array, source: Int16Array, offset: number): void {
  const start = Math.max(0, offset);
  const end = Math.min(target.length, offset + source.length);
  if (end > start) target.set(source.subarray(start - offset, end - offset), start);
}

/** Adds `source` at `offset` of `target`, clipped to both; Int16Array would wrap, so the sum is held in range. */
function addInto(target: Int16Array, source: Int16Array, offset: number): void {
  const start = Math.max(0, offset);
  const end = Math.min(target.length, offset + source.length);
  for (let i = start; i < end; i++) {
    const sum = (target[i] ?? 0) + (source[i - offset] ?? 0);
    target[i] = max(-0x8000, min(0x7fff, sum));
  }
}
