import { createReadStream } from 'node:fs';
import type { Demuxer } from '../../streams/codecs/demuxer';
import { OPUS_RATE_PER_MS, type OpusHead, opusPacketSamples } from '../../streams/codecs/opus-packet';
import { OpusRuntime } from '../../streams/codecs/opus-runtime';
import type { PlainSound } from './plain-sound';
import { TARGET_RATE_HZ } from './resample';

/** Read at once, bytes: some seconds of speech. */
const READ_BYTES = 16_384;
/** A file whose head is not found so far in has no Opus in it. */
const MAX_HEAD_BYTES = 1024 * 1024;
const RATE_PER_MS = TARGET_RATE_HZ / 1000;
/** Times of containers are rounded; ms. */
const HOLE_MS = 60;
/** A longer one is a wrong time stamp, ms. */
const MAX_HOLE_MS = 600_000;

/** Opus in WebM or Ogg, as `demuxer` reads it. Undefined when there is none in the file. */
export async function opusSound(path: string, demuxer: () => Demuxer): Promise<PlainSound | undefined> {
  const head = await readHead(path, demuxer());
  if (head === undefined) return undefined;
  const { preSkip } = head;
  return {
    channels: head.channels === 1 ? 1 : 2,
    durationMs: 0,
    read: (voices) => decode(path, demuxer(), voices, Math.floor((preSkip * RATE_PER_MS) / OPUS_RATE_PER_MS)),
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

interface Packet {
  readonly data: Uint8Array;
  readonly timeMs: number;
}

/** Packets that libopus does not take, and times without any, are silence of their length. */
async function* decode(path: string, demuxer: Demuxer, voices: 1 | 2, preSkip: number): AsyncGenerator<Float32Array[]> {
  let runtime!: OpusRuntime;
  const make = (): Promise<void> => new Promise((ready) => (runtime = new OpusRuntime(voices, ready)));
  const silence = (samples: number): Float32Array[] =>
    Array.from({ length: voices }, () => new Float32Array(Math.max(0, samples)));
  let packets: Packet[] = [];
  const packet = (data: Uint8Array, timeMs: number): void => void packets.push({ data: data.slice(), timeMs });
  let toSkip = preSkip;
  let firstMs: number | undefined;
  let madeMs = 0;
  await make();
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: READ_BYTES })) {
      demuxer.push(bytes as Buffer, { head: () => {}, packet, corrupt: () => {} });
      for (const { data, timeMs } of packets) {
        firstMs ??= timeMs;
        const holeMs = timeMs - firstMs - madeMs;
        if (holeMs > HOLE_MS && holeMs <= MAX_HOLE_MS) {
          yield silence(Math.round(holeMs * RATE_PER_MS));
          madeMs += holeMs;
        }
        const samples = opusPacketSamples(data);
        if (samples === undefined || data.length > runtime.maxPacketBytes) continue; // a hole
        madeMs += samples / OPUS_RATE_PER_MS;
        let sound = runtime.decode(data);
        if (sound === undefined) {
          runtime.dispose();
          await make();
          sound = silence(Math.round((samples * RATE_PER_MS) / OPUS_RATE_PER_MS));
        }
        const skipped = Math.min(toSkip, sound[0]!.length);
        toSkip -= skipped;
        yield sound.map((channel) => channel.slice(skipped));
      }
      packets = [];
    }
  } finally {
    runtime.dispose();
  }
}
