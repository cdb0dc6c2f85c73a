import { BandwidthWatch, NARROW_BAND_HZ } from './bandwidth-watch';
import { g711Table, type G711Law } from './g711';
import { BLOCK_SAMPLES, OUTPUT_RATE_HZ, Resampler, type ResampledRate } from './resampler';
import type { PcmSink, VoiceDecoder, VoicePayload } from './voice-decoder';

export interface PcmFormat {
  readonly rateHz: ResampledRate | typeof OUTPUT_RATE_HZ;
  /** Absent: signed 16-bit little-endian. */
  readonly law?: G711Law;
  /** Interleaved. */
  readonly channels: number;
}

/** Steps of the time stamps up to this are jitter; beyond it the filters start anew, ms. */
export interface PcmDecoderOptions {
  readonly anchorToleranceMs: number;
}

/** PCM and G.711: each payload is whole samples and is decoded at once, block by block, without a copy of the whole. */
export class PcmDecoder implements VoiceDecoder {
  readonly waitingBytes = 0;
  readonly #channels: { readonly samples: Int16Array; readonly resampler: Resampler | undefined }[];
  readonly #table: Int16Array | undefined;
  readonly #bytesPerFrame: number;
  /** Only what claims more than a telephone can be found to be less. */
  readonly #watch: BandwidthWatch | undefined;
  #expectedMs: number | undefined;
  /** The next sample does not follow the last. */
  #fresh = false;

  constructor(
    private readonly format: PcmFormat,
    private readonly options: PcmDecoderOptions,
  ) {
    const { rateHz, law, channels } = format;
    this.#channels = Array.from({ length: channels }, () => ({
      samples: new Int16Array(BLOCK_SAMPLES),
      resampler: rateHz === OUTPUT_RATE_HZ ? undefined : new Resampler(rateHz),
    }));
    this.#table = law && g711Table(law);
    this.#bytesPerFrame = (law ? 1 : 2) * channels;
    this.#watch = rateHz > 8000 ? new BandwidthWatch() : undefined;
  }

  misfit(byteLength: number): string | undefined {
    if (byteLength % this.#bytesPerFrame === 0) return undefined;
    const { channels } = this.format;
    return `A payload of ${byteLength} bytes is no 16-bit PCM${channels > 1 ? ` of ${channels} channels` : ''}.`;
  }

  take({ ptsMs, bytes, discontinuity }: VoicePayload, sink: PcmSink): string | undefined {
    const jumps = Math.abs(ptsMs - (this.#expectedMs ?? ptsMs)) > this.options.anchorToleranceMs;
    if (discontinuity || jumps) this.lost(sink);
    const frames = Math.floor(bytes.length / this.#bytesPerFrame);
    // What the filters hold comes out first.
    let atMs = ptsMs - (this.#channels[0]!.resampler?.heldMs ?? 0);
    this.#fresh ||= discontinuity;
    for (let from = 0; from < frames; from += BLOCK_SAMPLES) {
      const count = Math.min(BLOCK_SAMPLES, frames - from);
      const decoded = this.#channels.map(({ samples, resampler }, channel) => {
        this.#read(bytes, from * this.#bytesPerFrame, channel, samples, count);
        const block = samples.subarray(0, count);
        return resampler === undefined ? block : resampler.push(block);
      });
      atMs = this.#emit(atMs, decoded, sink);
    }
    this.#expectedMs = ptsMs + (frames * 1000) / this.format.rateHz;
    return undefined;
  }

  drain(): void {}

  lost(sink: PcmSink): void {
    this.end(sink);
    this.#expectedMs = undefined;
  }

  pause(_fromMs: number, sink: PcmSink): void {
    this.lost(sink);
    for (const { samples, resampler } of this.#channels) {
      samples.fill(0);
      resampler?.erase();
    }
    this.#watch?.erase();
  }

  end(sink: PcmSink): void {
    const heldMs = this.#channels[0]!.resampler?.heldMs ?? 0;
    const held = this.#channels.map(({ resampler }) => resampler?.flush() ?? new Int16Array(0));
    if (this.#expectedMs !== undefined) this.#emit(this.#expectedMs - heldMs, held, sink);
  }

  dispose(): void {}

  #emit(atMs: number, decoded: readonly Int16Array[], sink: PcmSink): number {
    const samples = decoded[0]!.length;
    if (samples === 0) return atMs;
    const endMs = atMs + (samples * 1000) / OUTPUT_RATE_HZ;
    sink.pcm(atMs, decoded, this.#fresh);
    this.#fresh = false;
    if (this.#watch?.hears(decoded[0]!)) {
      sink.notice(endMs, { reason: 'narrow_band', declaredHz: this.format.rateHz, bandwidthHz: NARROW_BAND_HZ });
    }
    return endMs;
  }

  /** `count` samples of one channel from byte `at` on. */
  #read(bytes: Uint8Array, at: number, channel: number, samples: Int16Array, count: number): void {
    const step = this.#bytesPerFrame;
    if (this.#table !== undefined) {
      for (let i = 0; i < count; i += 1) samples[i] = this.#table[bytes[at + channel + i * step]!]!;
      return;
    }
    let byte = at + channel * 2;
    for (let i = 0; i < count; i += 1) {
      samples[i] = bytes[byte]! | (bytes[byte + 1]! << 8); // wraps to signed
      byte += step;
    }
  }
}
