import { CODEC_KIND } from '@rapport-live/protocol';
import type { MediaChunk, StreamSpec } from '../facts/media-chunk';
import { pcmShape } from './codecs/open-decoder';
import type { Pauses } from './pauses';
import type { PcmShape } from './rate-watch';

/** What a payload is to a pause: samples that can be cut, a moment, or bytes whose times only a decoder knows. */
export type CutShape = PcmShape | 'moment' | 'container';

export function cutShape({ codec, channels }: StreamSpec): CutShape {
  const samples = pcmShape(codec, channels?.length ?? 1);
  if (samples !== undefined) return samples;
  return CODEC_KIND[codec] === 'video' && codec !== 'webm-video' ? 'moment' : 'container';
}

/** Media ms; of what is no samples, where it begins. */
export function endOfChunk({ ptsMs, bytes }: Pick<MediaChunk, 'ptsMs' | 'bytes'>, shape: CutShape): number {
  return typeof shape === 'string' ? ptsMs : ptsMs + (bytes.length / shape.bytesPerFrame / shape.rateHz) * 1000;
}

/** What may be kept of a chunk. It is empty where all of it is paused. */
export interface CutChunk {
  readonly chunk: MediaChunk;
  /** Paused media was in front of what is kept, or behind it. */
  readonly cutBefore: boolean;
  readonly cutBehind: boolean;
}

const NOTHING = new Uint8Array(0);

/**
 * Takes what is paused out of a chunk, before anybody copies it. Bytes of a container are dropped as a whole while the
 * pause lasts, whatever their stamp: they may reach into it.
 */
export function cutChunk(chunk: MediaChunk, shape: CutShape, pauses: Pauses): CutChunk {
  const { ptsMs, bytes } = chunk;
  const nothing = { chunk: { ...chunk, bytes: NOTHING }, cutBefore: true, cutBehind: true };
  if (typeof shape === 'string') {
    const paused = pauses.covers(ptsMs) || (shape === 'container' && pauses.openFromMs !== undefined);
    return paused ? nothing : { chunk, cutBefore: false, cutBehind: false };
  }
  const perMs = shape.rateHz / 1000;
  const frames = Math.floor(bytes.length / shape.bytesPerFrame);
  const endMs = ptsMs + frames / perMs;
  const kept = pauses.firstOutside(ptsMs, Math.max(endMs, ptsMs + 1 / perMs));
  if (kept === undefined) return nothing;
  const first = kept.startMs === ptsMs ? 0 : Math.ceil((kept.startMs - ptsMs) * perMs);
  const behind = kept.endMs >= endMs ? frames : Math.floor((kept.endMs - ptsMs) * perMs);
  if (first === 0 && behind === frames) return { chunk, cutBefore: false, cutBehind: false };
  if (behind <= first) return nothing;
  return {
    chunk: {
      ...chunk,
      ptsMs: ptsMs + first / perMs,
      bytes: bytes.subarray(first * shape.bytesPerFrame, behind * shape.bytesPerFrame),
    },
    cutBefore: first > 0,
    cutBehind: behind < frames,
  };
}
