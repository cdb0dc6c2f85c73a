import type { Codec } from '@rapport-live/protocol';
import { openDecoder } from '../../streams/codecs/open-decoder';
import type { PcmSink } from '../../streams/codecs/voice-decoder';
import { streamOptions } from '../../streams/stream-options';
import { joinedPcm } from './pcm';

/** Samples that the sink says it has room for at a time: 30 s. */
const ROOM_SAMPLES = 480_000;
/** Rounds in which a decoder may get ready: it is WebAssembly that compiles in the background. */
const MAX_ROUNDS = 10_000;

/** A whole recording through the decoder that serves live streams, to 16 kHz mono. Throws when it gives nothing. */
export async function decodeVoice(codec: Codec, bytes: Uint8Array): Promise<Int16Array<ArrayBuffer>> {
  const decoder = openDecoder(codec, 1, streamOptions(), () => {})?.decoder;
  if (decoder === undefined) throw new Error(`${codec} needs no decoder`);
  const parts: Int16Array[] = [];
  const sink: PcmSink = {
    roomSamples: ROOM_SAMPLES,
    pcm: (_ptsMs, [samples]) => void parts.push(samples!.slice()),
    gap: () => {},
    notice: () => {},
  };
  const refused = decoder.take({ ptsMs: 0, discontinuity: false, bytes }, sink);
  if (refused !== undefined) throw new Error(`${codec}: ${refused}`);
  for (let round = 0; decoder.waitingBytes > 0; round++) {
    if (round > MAX_ROUNDS) throw new Error(`${codec}: the decoder does not get ready`);
    await new Promise((resolve) => setImmediate(resolve));
    decoder.drain(sink);
  }
  decoder.end(sink);
  decoder.dispose();
  const samples = joinedPcm(parts);
  if (samples.length === 0) throw new Error(`${codec}: ${bytes.length} bytes held no sound`);
  return samples;
}
