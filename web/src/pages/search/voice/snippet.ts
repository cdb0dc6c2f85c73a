/** A piece of voice to search by, as `POST /v1/search/voice` takes it (docs/history.md). Pure. */

export const SNIPPET_RATE_HZ = 16_000;
/** What the service takes, ms. */
export const MIN_SNIPPET_MS = 200;
export const MAX_SNIPPET_MS = 15_000;

const samplesOf = (ms: number): number => (ms * SNIPPET_RATE_HZ) / 1000;

export interface Snippet {
  /** At 16 kHz, mono. */
  readonly pcm: Int16Array<ArrayBuffer>;
  readonly durationMs: number;
  /** There was more, which is not searched by. */
  readonly isCut: boolean;
  /** Of its file; absent: it was recorded here. */
  readonly name?: string;
}

/**
 * The mean of all channels, the first 15 s of it; undefined: there is too little of it.
 * @param channels each [samples] at 16 kHz in [-1, 1], of one length
 */
export function snippetOf(channels: readonly Float32Array[], name?: string): Snippet | undefined {
  const there = channels[0]?.length ?? 0;
  const count = Math.min(there, samplesOf(MAX_SNIPPET_MS));
  if (count < samplesOf(MIN_SNIPPET_MS)) return undefined;
  const pcm = Int16Array.from({ length: count }, (_, i) => {
    const mean = channels.reduce((sum, channel) => sum + channel[i]!, 0) / channels.length;
    return Math.round(Math.max(-1, Math.min(1, mean)) * 32_767);
  });
  const durationMs = Math.round((count / SNIPPET_RATE_HZ) * 1000);
  return { pcm, durationMs, isCut: there > count, ...(name === undefined ? {} : { name }) };
}
