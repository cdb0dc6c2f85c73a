import type { Codec } from '@rapport-live/protocol';
import type { PcmShape } from '../rate-watch';
import type { StreamOptions } from '../stream-options';
import { OggDemuxer } from './ogg-demuxer';
import { OpusVoiceDecoder } from './opus-voice-decoder';
import { PcmDecoder, type PcmFormat } from './pcm-decoder';
import { OUTPUT_RATE_HZ } from './resampler';
import type { VoiceDecoder } from './voice-decoder';
import { WebmDemuxer } from './webm-demuxer';

const PCM: Partial<Readonly<Record<Codec, Omit<PcmFormat, 'channels'>>>> = {
  'pcm16le-8k': { rateHz: 8000 },
  'pcm16le-16k': { rateHz: OUTPUT_RATE_HZ },
  'pcm16le-24k': { rateHz: 24_000 },
  'pcm16le-48k': { rateHz: 48_000 },
  'mulaw-8k': { rateHz: 8000, law: 'mulaw' },
  'alaw-8k': { rateHz: 8000, law: 'alaw' },
};

/** What a byte of PCM or G.711 is, undefined for what is coded otherwise. */
export function pcmShape(codec: Codec, channels: number): PcmShape | undefined {
  const format = PCM[codec];
  return format && { rateHz: format.rateHz, bytesPerFrame: (format.law === undefined ? 2 : 1) * channels };
}

export interface OpenedDecoder {
  readonly decoder: VoiceDecoder;
  /** First credit and window of the stream: 10 s of it, compressed. */
  readonly creditBytes: number;
}

/** The decoder of a voice codec; undefined for the PCM that needs none. `wake`: it has become ready. */
export function openDecoder(
  codec: Codec,
  channels: number,
  options: StreamOptions,
  wake: () => void,
): OpenedDecoder | undefined {
  if (codec === 'webm-opus' || codec === 'ogg-opus') {
    const demuxer = codec === 'webm-opus' ? new WebmDemuxer() : new OggDemuxer();
    return { decoder: new OpusVoiceDecoder(demuxer, channels, wake), creditBytes: options.opusCreditBytes };
  }
  const format = PCM[codec];
  if (format === undefined) throw new Error(`${codec} is no voice codec`);
  if (format.rateHz === OUTPUT_RATE_HZ && channels === 1) return undefined;
  const bytesPerSample = format.law === undefined ? 2 : 1;
  const share = (bytesPerSample * format.rateHz) / (2 * OUTPUT_RATE_HZ);
  const creditBytes = Math.round(options.voiceCreditBytes * share * channels);
  return { decoder: new PcmDecoder({ ...format, channels }, options), creditBytes };
}
