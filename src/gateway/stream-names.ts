import { CODEC_KIND, RapportError, STEREO_CODECS, type StreamDescription } from '@rapport-live/protocol';
import type { StreamSpec } from '../facts/media-chunk';

/** Of `session.start` and of all that join later. */
const MAX_STREAMS = 8;

/** Checks the streams of a `session.start` and names them. Throws RapportError `invalid_message`. */
export function specifyStreams(streams: readonly StreamDescription[]): StreamSpec[] {
  const seen = new Set<number>();
  return streams.map((stream) => {
    if (seen.has(stream.streamId)) {
      throw new RapportError('invalid_message', `streams: streamId ${stream.streamId} is given twice.`);
    }
    seen.add(stream.streamId);
    return specify(stream);
  });
}

/** The same of a stream that joins a session with these streams, ended ones too. */
export function specifyJoining(stream: StreamDescription, known: readonly number[]): StreamSpec {
  if (known.includes(stream.streamId)) {
    throw new RapportError('invalid_message', `stream: streamId ${stream.streamId} was used before in this session.`);
  }
  if (known.length >= MAX_STREAMS) {
    throw new RapportError('invalid_message', `stream: a session has at most ${MAX_STREAMS}, ended ones counted.`);
  }
  return specify(stream);
}

function specify(stream: StreamDescription): StreamSpec {
  requireCodec(stream);
  requireChannels(stream);
  return { ...stream, name: `${stream.party}-${stream.kind}-${stream.streamId}` };
}

function requireCodec({ codec, kind, streamId }: StreamDescription): void {
  const expected = CODEC_KIND[codec];
  if (kind !== expected) {
    throw new RapportError(
      'invalid_message',
      `streams: codec ${codec} is ${expected}, stream ${streamId} says ${kind}.`,
    );
  }
}

/** Two channels carry both parties, one each. */
function requireChannels({ channels, codec, party, streamId }: StreamDescription): void {
  if (channels === undefined) return;
  const refuse = (why: string) => {
    throw new RapportError('invalid_message', `streams: channels of stream ${streamId}: ${why}.`);
  };
  if (!(STEREO_CODECS as readonly string[]).includes(codec)) refuse(`${codec} has one channel`);
  if (party !== 'mixed') refuse(`party must be mixed, not ${party}`);
  if (channels[0] === channels[1]) refuse(`both are ${channels[0]}`);
}
