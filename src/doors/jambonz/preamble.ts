import { type Codec, RapportError, type StreamDescription } from '@rapport-live/protocol';
import { partyOf } from '../call-metadata';
import { rawVoiceStream } from '../raw-voice';

/** The first message of `listen`: attributes of the call, and with them whatever the verb's `metadata` has. */
export type Preamble = Readonly<Record<string, unknown>>;

/** L16 here is little-endian, as jambonz sends it. It also knows 64,000 Hz. */
const CODEC_OF_RATE: Readonly<Record<number, Codec>> = {
  8000: 'pcm16le-8k',
  16_000: 'pcm16le-16k',
  24_000: 'pcm16le-24k',
  48_000: 'pcm16le-48k',
};

/** Undefined: no JSON object. */
export function parseJson(text: string): Preamble | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Preamble) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What is heard, by `sampleRate` and `mixType` (jambonz docs, "listen"). `mono` is the caller alone, `stereo` has the leg
 * that listens first and the other second, `mixed` has both in one. `party` says who the first or only one is: by default the
 * customer. Throws RapportError `not_supported` or `invalid_message`.
 */
export function streamOf(preamble: Preamble): StreamDescription {
  const rateHz = Number(preamble.sampleRate ?? 8000);
  const codec = CODEC_OF_RATE[rateHz];
  if (codec === undefined) {
    const known = Object.keys(CODEC_OF_RATE).join(', ');
    throw new RapportError('not_supported', `A sampleRate of ${rateHz} Hz is not taken: use one of ${known}.`);
  }
  const { mixType = 'mono' } = preamble;
  if (mixType === 'mixed') return rawVoiceStream(codec, 'mixed');
  if (mixType === 'mono') return rawVoiceStream(codec, partyOf(preamble, ['customer', 'agent', 'mixed'], 'customer'));
  if (mixType !== 'stereo') throw new RapportError('invalid_message', 'mixType is none of mono, stereo and mixed.');
  const first = partyOf(preamble, ['customer', 'agent'], 'customer');
  return rawVoiceStream(codec, first === 'customer' ? ['customer', 'agent'] : ['agent', 'customer']);
}
