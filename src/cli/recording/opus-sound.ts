import { createReadStream } from 'node:fs';
import type { Demuxer } from '../../streams/codecs/demuxer';
import { OPUS_RATE_PER_MS, type OpusHead, opusPacketSamples } from '../../streams/codecs/opus-packet';
import { OpusRuntime } from '../../streams/codecs/opus-runtime';
import { inEventTime, type Stretch } from './event-time';
import type { OnFault, PlainSound } from './plain-sound';
import { TARGET_RATE_HZ } from './resample';

/** Read at once, bytes: some seconds of speech. */
const READ_BYTES = 16_384;
/** A file whose head is not found so far in has no Opus in it. */
const MAX_HEAD_BYTES = 1024 * 1024;
/** Silence is made in pieces of this length, ms. */
const SILENCE_MS = 1000;
const RATE_PER_MS = TARGET_RATE_HZ / 1000;

/** Opus in WebM or Ogg, as `demuxer` reads it. Undefined when there is none in the file. */
export async function opusSound(path: string, demuxer: () => Demuxer): Promise<PlainSound | undefined> {
  const head = await readHead(path, demuxer());
  if (head === undefined) return undefined;
  const { preSkip } = head;
  return {
    channels: head.channels === 1 ? 1 : 2,
    durationMs: 0,
    read: (voices, onFault) =>
      decode(path, demuxer(), Math.floor((preSkip * RATE_PER_MS) / OPUS_RATE_PER_MS), voices, onFault),
  };
}

async function readHead(path: string, demuxer: Demuxer): Promise<OpusHead | undefined> {
  let head: OpusHead | undefined;
  const sink = { head: (found: OpusHead) => void (head ??= found), packet: () => {}, corrupt: () => {} };
  for await (const bytes of createReadStream(path, { highWaterMark: READ_BYTES, end: MAX_HEAD_BYTES })) {
    demuxer.push(bytes as Buffer, sink);
    if (head !== undefined) break;
  }
  return head;
}

interface Packet extends Stretch {
  readonly data: Uint8Array;
  readonly samples: number;
}

/** Those of a length that Opus has: what is left out is a hole. */
async function* packetsOf(path: string, demuxer: Demuxer, onFault?: OnFault): AsyncGenerator<Packet> {
  let packets: Packet[] = [];
  let fault: string | undefined;
  const corrupt = (): void => void (fault ??= 'packets that cannot be read');
  const packet = (data: Uint8Array, timeMs: number): void => {
    const samples = opusPacketSamples(data);
    if (samples === undefined) corrupt();
    else packets.push({ data: data.slice(), timeMs, samples, lengthMs: samples / OPUS_RATE_PER_MS });
  };
  for await (const bytes of createReadStream(path, { highWaterMark: READ_BYTES })) {
    const said = demuxer.push(bytes as Buffer, { head: () => {}, packet, corrupt });
    fault ??= said?.replace(/\.$/, '');
    yield* packets;
    packets = [];
  }
  if (fault !== undefined) onFault?.(fault);
}

/** Packets that libopus does not take, and times without any, are silence of their length. */
async function* decode(
  path: string,
  demuxer: Demuxer,
  preSkip: number,
  voices: 1 | 2,
  onFault?: OnFault,
): AsyncGenerator<Float32Array[]> {
  let runtime!: OpusRuntime;
  const make = (): Promise<void> => new Promise((ready) => (runtime = new OpusRuntime(voices, ready)));
  const silence = (samples: number): Float32Array[] => Array.from({ length: voices }, () => new Float32Array(samples));
  let toSkip = preSkip;
  let refused = 0;
  await make();
  try {
    const packets = packetsOf(path, demuxer, onFault);
    for await (const { stretch, silenceMs } of inEventTime(packets, { durationMs: Infinity, onFault })) {
      for (let leftMs = silenceMs; leftMs > 0; leftMs -= SILENCE_MS)
        yield silence(Math.round(Math.min(leftMs, SILENCE_MS) * RATE_PER_MS));
      const { data, samples } = stretch;
      let sound = data.length > runtime.maxPacketBytes ? undefined : runtime.decode(data);
      if (sound === undefined) {
        refused += 1;
        runtime.dispose();
        await make();
        sound = silence(Math.round((samples * RATE_PER_MS) / OPUS_RATE_PER_MS));
      }
      const skipped = Math.min(toSkip, sound[0]!.length);
      toSkip -= skipped;
      yield sound.map((channel) => channel.slice(skipped));
    }
    if (refused > 0) onFault?.('packets that cannot be decoded');
  } finally {
    runtime.dispose();
  }
}
