import { ID, readHead, readUint, readVint } from '../../streams/codecs/ebml';

/** What stands in one block, and its time. */
export interface TimedBlock {
  readonly timeMs: number;
  readonly data: Buffer;
}

/** Longest element that is kept together, bytes; ffmpeg cuts sound into blocks of some ten milliseconds. */
const MAX_ELEMENT_BYTES = 1024 * 1024;
/** Elements whose insides are looked at; what else is no time and no block is stepped over. */
const ENTERED: ReadonlySet<number> = new Set([ID.Segment, ID.Cluster, ID.BlockGroup]);
/** Behind the track's number: a time of 16 bits and flags (RFC 9559, 10.2). */
const BLOCK_HEAD_BYTES = 3;

/**
 * The blocks of the one track that ffmpeg writes to a pipe as Matroska, its times in milliseconds: what plain PCM does not
 * carry is when it was. Only for ffmpeg's own output; files of others are read by `WebmDemuxer`.
 */
export async function* timedBlocks(chunks: AsyncIterable<Buffer>): AsyncGenerator<TimedBlock> {
  let held: Buffer = Buffer.alloc(0);
  let toSkip = 0;
  let clusterMs = 0;
  for await (const chunk of chunks) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    for (;;) {
      const skipped = Math.min(toSkip, held.length - at);
      toSkip -= skipped;
      at += skipped;
      const head = readHead(held, at, held.length);
      if (head === 'more') break;
      if (head === 'bad') throw new Error('no element of Matroska where ffmpeg should have written one');
      const body = at + head.bytes;
      if (ENTERED.has(head.id)) at = body;
      else if (head.id !== ID.Timestamp && head.id !== ID.SimpleBlock && head.id !== ID.Block) {
        toSkip = head.size;
        at = body;
      } else {
        if (head.size > MAX_ELEMENT_BYTES) throw new Error(`a block is larger than ${MAX_ELEMENT_BYTES} bytes`);
        const end = body + head.size;
        if (end > held.length) break;
        if (head.id === ID.Timestamp) clusterMs = readUint(held.subarray(body, end));
        else yield block(held.subarray(body, end), clusterMs);
        at = end;
      }
    }
    held = held.subarray(at);
  }
}

function block(bytes: Buffer, clusterMs: number): TimedBlock {
  const track = readVint(bytes, 0, bytes.length);
  if (typeof track === 'string') throw new Error('a block of Matroska without a track');
  return {
    timeMs: clusterMs + bytes.readInt16BE(track.bytes),
    data: bytes.subarray(track.bytes + BLOCK_HEAD_BYTES),
  };
}
