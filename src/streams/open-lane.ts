import { CODEC_KIND, RapportError, SUPPORTED_CODECS, type SupportedCodec } from '@rapport-live/protocol';
import type { InferencePool } from '../inference/inference-pool';
import type { StreamSpec } from '../facts/media-chunk';
import { openDecoder, pcmShape } from './codecs/open-decoder';
import { CodedVoiceLane } from './coded-voice-lane';
import type { VoiceSource } from './hop-builder';
import type { Lane, LaneHost } from './lane';
import type { RingMemory } from './ring-memory';
import type { SessionClock } from './session-clock';
import { RateWatch } from './rate-watch';
import { StillLane } from './still-lane';
import type { StreamOptions } from './stream-options';
import { VoiceLane } from './voice-lane';

export interface LaneDeps {
  readonly pool: InferencePool;
  readonly clock: SessionClock;
  readonly options: StreamOptions;
  readonly host: LaneHost;
  /** Media seconds per wall second that the sender means to send. */
  readonly pace: number;
  /** Default: each stream has memory of its own. */
  readonly rings?: RingMemory;
}

/** The lane of a stream, with what it puts into hops. */
export interface OpenedLane {
  readonly lane: Lane;
  readonly creditBytes: number;
  readonly voices: readonly VoiceSource[];
  readonly stills: readonly StillLane[];
  /** Absent for coded sound and for pictures: they say their rate themselves. */
  readonly rateWatch?: RateWatch;
}

/** Throws RapportError `not_supported` for a codec that has no decoder. */
export function openLane(stream: StreamSpec, sessionId: string, deps: LaneDeps): OpenedLane {
  const { pool, clock, options, host, rings } = deps;
  const codec = stream.codec as SupportedCodec;
  if (!SUPPORTED_CODECS.includes(codec)) throw new RapportError('not_supported', `The codec ${codec} is not built.`);
  if (CODEC_KIND[codec] === 'video') {
    const lane = new StillLane(stream, options, host);
    return { lane, creditBytes: options.stillCreditBytes, voices: [], stills: [lane] };
  }
  const voices = partiesOf(stream).map((spec) => ({
    spec,
    lane: new VoiceLane(spec, sessionId, pool, clock, options, host, rings),
  }));
  const shape = pcmShape(codec, voices.length);
  const rateWatch = shape && new RateWatch(shape, deps.pace);
  const opened = openDecoder(codec, voices.length, options, () => host.wake());
  if (opened === undefined) {
    return { lane: voices[0]!.lane, creditBytes: options.voiceCreditBytes, voices, stills: [], rateWatch };
  }
  const { decoder, creditBytes } = opened;
  const lanes = voices.map(({ lane }) => lane);
  const lane = new CodedVoiceLane(stream, decoder, lanes, creditBytes, options, host);
  return { lane, creditBytes, voices, stills: [], rateWatch };
}

/** A stream of two channels is heard as two, each named after its party. */
function partiesOf(stream: StreamSpec): StreamSpec[] {
  const { channels, kind, streamId } = stream;
  if (channels === undefined) return [stream];
  return channels.map((party) => ({ ...stream, party, name: `${party}-${kind}-${streamId}` }));
}
