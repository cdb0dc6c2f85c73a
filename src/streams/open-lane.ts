import { CODEC_KIND, RapportError } from '@rapport-live/protocol';
import type { SessionPool } from '../inference/inference-pool';
import type { StreamSpec } from '../facts/media-chunk';
import { openDecoder, pcmShape } from './codecs/open-decoder';
import { OpusVoiceDecoder } from './codecs/opus-voice-decoder';
import { CodedVoiceLane } from './coded-voice-lane';
import type { VoiceSource } from './hop-builder';
import type { Lane, LaneHost, PartialSink } from './lane';
import type { VoiceCut } from './resume/restored-streams';
import type { RingMemory } from './ring-memory';
import type { SessionClock } from './session-clock';
import { RateWatch } from './rate-watch';
import { StillLane } from './still-lane';
import { FilmLane } from './video/film-lane';
import { FilmTrack } from './video/film-track';
import { PacketFeed } from './video/packet-feed';
import { SEND_STILLS, type VideoDecoders } from './video/video-decoder';
import type { StreamOptions } from './stream-options';
import { VoiceLane } from './voice-lane';

export interface LaneDeps {
  readonly pool: SessionPool;
  readonly clock: SessionClock;
  readonly options: StreamOptions;
  readonly host: LaneHost;
  /** Media seconds per wall second that the sender means to send. */
  readonly pace: number;
  /** It is no recording: when media comes tells something. */
  readonly isLive: boolean;
  /** Default: each stream has memory of its own. */
  readonly rings?: RingMemory;
  /** Absent: `webm-video` is refused. */
  readonly video?: VideoDecoders;
  /** Absent: no utterance is told before it is closed. */
  readonly partials?: PartialSink;
  /** Of a session that goes on after its process: how its voices were cut. */
  readonly restored?: (voiceName: string) => VoiceCut | undefined;
}

/** The lane of a stream, with what it puts into hops. */
export interface OpenedLane {
  readonly stream: StreamSpec;
  readonly lane: Lane;
  readonly creditBytes: number;
  readonly voices: readonly VoiceSource[];
  readonly stills: readonly StillLane[];
  /** Absent for coded sound and for pictures: they say their rate themselves. */
  readonly rateWatch?: RateWatch;
}

/**
 * The lanes of a session. Throws RapportError `video_unavailable` where there is no decoder for video: those opened
 * before it then give back what they took.
 */
export function openLanes(streams: readonly StreamSpec[], sessionId: string, deps: LaneDeps): OpenedLane[] {
  const opened: OpenedLane[] = [];
  try {
    for (const stream of streams) opened.push({ stream, ...openLane(stream, sessionId, deps) });
    return opened;
  } catch (error) {
    for (const { lane } of opened) lane.dispose();
    throw error;
  }
}

function openLane(stream: StreamSpec, sessionId: string, deps: LaneDeps): Omit<OpenedLane, 'stream'> {
  const { options, host } = deps;
  const { codec } = stream;
  if (codec === 'webm-video') return openFilm(stream, sessionId, deps);
  if (CODEC_KIND[codec] === 'video') {
    const lane = new StillLane(stream, options, host);
    return { lane, creditBytes: options.stillCreditBytes, voices: [], stills: [lane] };
  }
  const voices = partiesOf(stream).map((spec) => ({
    spec,
    lane: new VoiceLane(spec, sessionId, deps),
  }));
  const shape = pcmShape(codec, voices.length);
  const rateWatch = shape && new RateWatch(shape, deps.isLive);
  const opened = openDecoder(codec, voices.length, options, () => host.wake());
  if (opened === undefined) {
    return { lane: voices[0]!.lane, creditBytes: options.voiceCreditBytes, voices, stills: [], rateWatch };
  }
  const { decoder, creditBytes } = opened;
  const lanes = voices.map(({ lane }) => lane);
  const lane = new CodedVoiceLane(stream, decoder, lanes, creditBytes, options, host);
  return { lane, creditBytes, voices, stills: [], rateWatch };
}

/** Video with sound: a voice and stills, of the same party. */
function openFilm(stream: StreamSpec, sessionId: string, deps: LaneDeps): Omit<OpenedLane, 'stream'> {
  const { options, host } = deps;
  const { streamId, party, name: streamName } = stream;
  const creditBytes = options.videoCreditBytes;
  const stills = new StillLane(stream, options, host);
  // Only a customer's face is ever looked at (rule 9): other pictures are not even decoded.
  const film = party === 'customer' ? filmTrack(stream, stills, deps) : undefined;
  const spec: StreamSpec = { ...stream, kind: 'voice', name: `${party}-voice-${streamId}` };
  const lane = new VoiceLane(spec, sessionId, deps);
  const feed = new PacketFeed();
  const decoder = new OpusVoiceDecoder(feed, 1, () => host.wake());
  const voice = new CodedVoiceLane(spec, decoder, [lane], creditBytes, options, host);
  return {
    lane: new FilmLane({ streamName, voice, feed, stills, film }, options, host),
    creditBytes,
    voices: [{ spec, lane }],
    stills: [stills],
  };
}

function filmTrack({ streamId, name }: StreamSpec, stills: StillLane, deps: LaneDeps): FilmTrack {
  const { clock, options, host, video } = deps;
  const slot = video?.reserve() ?? `This server has no decoder for it: ${SEND_STILLS}.`;
  if (typeof slot === 'string') throw new RapportError('video_unavailable', `Stream ${streamId}, webm-video: ${slot}`);
  const take = (ptsMs: number, jpeg: Uint8Array): void => stills.accept(ptsMs, jpeg);
  return new FilmTrack(slot, name, options, host, () => clock.nowMs(), take);
}

/** A stream of two channels is heard as two, each named after its party. */
function partiesOf(stream: StreamSpec): StreamSpec[] {
  const { channels, kind, streamId } = stream;
  if (channels === undefined) return [stream];
  return channels.map((party) => ({ ...stream, party, name: `${party}-${kind}-${streamId}` }));
}
