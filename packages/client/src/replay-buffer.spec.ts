import fc from 'fast-check';
import { type KeptFrame, ReplayBuffer } from './replay-buffer';

const HEADER = 24;

function filled(sizes: readonly number[], maxBytes: number, inits: readonly number[] = []): ReplayBuffer {
  const buffer = new ReplayBuffer(maxBytes);
  for (const payloadBytes of sizes) push(buffer, payloadBytes, inits.includes(buffer.next.seq));
  return buffer;
}

function push(buffer: ReplayBuffer, payloadBytes: number, isInit = false): void {
  const { seq, byteOffset } = buffer.next;
  const bytes = new Uint8Array(HEADER + payloadBytes);
  buffer.push({ seq, byteOffset, ptsUs: seq * 20_000, payloadBytes, isInit, bytes });
}

describe('ReplayBuffer', () => {
  it('keeps frames until they are acknowledged, and counts on', () => {
    const buffer = filled([10, 20, 30], 1000);
    expect([buffer.oldest.seq, buffer.next]).toEqual([0, { seq: 3, byteOffset: 60 }]);
    buffer.acked(2);
    expect(buffer.oldest).toMatchObject({ seq: 2, byteOffset: 30 });
    expect([buffer.at(1), buffer.at(2)?.payloadBytes, buffer.at(3)]).toEqual([undefined, 30, undefined]);
    buffer.acked(3);
    expect(buffer.oldest).toEqual(buffer.next);
  });

  it('drops the oldest at its bound and knows from when, until what is gone was acknowledged after all', () => {
    const buffer = filled([76, 76, 76], 250);
    expect([buffer.oldest.seq, buffer.droppedFromUs]).toEqual([1, 0]);
    push(buffer, 76);
    expect([buffer.oldest.seq, buffer.droppedFromUs]).toEqual([2, 0]);
    buffer.acked(1);
    expect(buffer.droppedFromUs).toBe(0);
    buffer.acked(2);
    expect(buffer.droppedFromUs).toBeUndefined();
  });

  it('keeps the newest frame, however large', () => {
    const buffer = filled([10, 5000], 100);
    expect(buffer.at(1)?.payloadBytes).toBe(5000);
  });

  it.each([
    [2, 0],
    [3, 0],
    [4, 3],
    [6, 3],
  ])('finds the header that frame %i needs behind what was acknowledged: %s', (seq, init) => {
    const buffer = filled([5, 5, 5, 5, 5, 5], 1000, [0, 3]);
    buffer.acked(2);
    expect(buffer.initBefore(seq)?.seq).toBe(init);
  });

  it('never holds more than its bound and one frame, and never loses what it may keep', () => {
    const step = fc.oneof(
      fc.record({ payload: fc.integer({ min: 0, max: 400 }) }),
      fc.record({ acked: fc.integer({ min: 0, max: 60 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 3000 }), (steps, maxBytes) => {
        const buffer = new ReplayBuffer(maxBytes);
        const all: KeptFrame['seq'][] = [];
        const sizes: number[] = [];
        let acked = 0;
        for (const one of steps) {
          if ('payload' in one) {
            all.push(buffer.next.seq);
            sizes.push(HEADER + one.payload);
            push(buffer, one.payload);
          } else {
            acked = Math.max(acked, Math.min(one.acked, all.length));
            buffer.acked(one.acked);
          }
          const held = sizes.slice(buffer.oldest.seq).reduce((sum, size) => sum + size, 0);
          expect(held <= maxBytes || buffer.next.seq - buffer.oldest.seq === 1).toBe(true);
          for (let seq = buffer.oldest.seq; seq < all.length; seq += 1) expect(buffer.at(seq)?.seq).toBe(seq);
          if (buffer.oldest.seq > acked) expect(buffer.droppedFromUs).toBeDefined();
        }
      }),
    );
  });
});
