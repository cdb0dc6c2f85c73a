import type { CloudEvent } from '@rapport-live/protocol';
import { LineRecord } from './lazy-record';
import { LogTail } from './log-tail';

const BYTES = 100;

/** Two records a commit: 0 and 1, 2 and 3, ... */
function tailOf(commits: number, maxBytes = Infinity): LogTail {
  const tail = new LogTail(maxBytes);
  for (let n = 0; n < commits; n += 1) {
    const records = [2 * n, 2 * n + 1].map(
      (offset) => new LineRecord(offset, 1, 'topic', 'key', {} as CloudEvent, Buffer.alloc(0), 0, 0),
    );
    tail.push({ records, bytes: BYTES, endPosition: BYTES * (n + 1) });
  }
  return tail;
}
const offsets = (tail: LogTail, from: number) => tail.from(from)?.records.map(({ offset }) => offset);

describe('LogTail', () => {
  it('gives the rest of a commit, and nothing beyond its ends', () => {
    const tail = tailOf(2);
    expect([0, 1, 2, 3, 4].map((from) => offsets(tail, from))).toEqual([[0, 1], [1], [2, 3], [3], undefined]);
  });

  it('drops the oldest beyond its bound', () => {
    const tail = tailOf(4, 2 * BYTES);
    expect([3, 4, 6].map((from) => offsets(tail, from))).toEqual([undefined, [4, 5], [6, 7]]);
  });

  // Bug: it stayed at its bound, some 4 MiB in memory, though nobody wanted it any more.
  it('drops what all readers have, whole commits only, and frees their room', () => {
    const tail = tailOf(3, 3 * BYTES);
    tail.forgetBelow(1);
    expect(offsets(tail, 0)).toEqual([0, 1]);
    tail.forgetBelow(3);
    expect([0, 2, 4].map((from) => offsets(tail, from))).toEqual([undefined, [2, 3], [4, 5]]);
    tail.forgetBelow(Infinity);
    expect(offsets(tail, 4)).toBeUndefined();
    const one = {
      records: [new LineRecord(6, 1, 'topic', 'key', {} as CloudEvent, Buffer.alloc(0), 0, 0)],
      endPosition: 0,
    };
    tail.push({ ...one, bytes: 3 * BYTES });
    expect(offsets(tail, 6)).toEqual([6]);
  });
});
