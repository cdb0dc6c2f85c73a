import {
  CODEC_KIND,
  RapportError,
  type SessionStart,
  type StreamDescription,
  SUPPORTED_CODECS,
  type SupportedCodec,
} from '@rapport-live/protocol';
import type { StreamSpec } from '../facts/media-chunk';

/** Checks the streams of a `session.start` and names them. Throws RapportError `invalid_message` or `not_supported`. */
export function specifyStreams(start: SessionStart): StreamSpec[] {
  const seen = new Set<number>();
  return start.streams.map((stream) => {
    if (seen.has(stream.streamId)) {
      throw new RapportError('invalid_message', `streams: streamId ${stream.streamId} is given twice.`);
    }
    seen.add(stream.streamId);
    requireCodec(stream);
    return { ...stream, name: `${stream.party}-${stream.kind}-${stream.streamId}` };
  });
}

function requireCodec({ codec, kind, streamId }: StreamDescription): void {
  if (!(SUPPORTED_CODECS as readonly string[]).includes(codec)) {
    throw new RapportError(
      'not_supported',
      `streams: codec ${codec} of stream ${streamId} is not built; built are ${SUPPORTED_CODECS.join(', ')}.`,
    );
  }
  const expected = CODEC_KIND[codec as SupportedCodec];
  if (kind !== expected) {
    throw new RapportError(
      'invalid_message',
      `streams: codec ${codec} is ${expected}, stream ${streamId} says ${kind}.`,
    );
  }
}
