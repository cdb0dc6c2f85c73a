import {
  CODEC_KIND,
  RapportError,
  type SessionStart,
  STEREO_CODECS,
  type StreamDescription,
} from '@rapport-live/protocol';
import type { StreamSpec } from '../facts/media-chunk';

/** Checks the streams of a `session.start` and names them. Throws RapportError `invalid_message`. */
export function specifyStreams(start: SessionStart): StreamSpec[] {
  const seen = new Set<number>();
  return start.streams.map((stream) => {
    if (seen.has(stream.streamId)) {
      throw new RapportError('invalid_message', `streams: streamId ${stream.streamId} is given twice.`);
    }
    seen.add(stream.streamId);
    requireCodec(stream);
    requireChannels(stream);
    return { ...stream, name: `${stream.party}-${stream.kind}-${stream.streamId}` };
  });
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
