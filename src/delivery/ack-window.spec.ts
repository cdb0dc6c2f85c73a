import fc from 'fast-check';
import { AckWindow } from './ack-window';

test('acknowledged in any order, the offset is always that of the oldest open record', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.shuffledSubarray([...Array(30).keys()]), (start, acked) => {
      const window = new AckWindow<number>(start);
      for (let i = 0; i < 30; i += 1) window.enter(start + i, i);
      const open = new Set(Array(30).keys());
      for (const i of acked) {
        window.acknowledge(start + i);
        open.delete(i);
        expect(window.ackedOffset).toBe(start + Math.min(30, ...open));
        expect(window.size).toBe(open.size);
        expect(window.oldest()).toBe(open.size === 0 ? undefined : Math.min(...open));
      }
    }),
  );
});

test('starts at the offset it is given and passes over removed records', () => {
  const window = new AckWindow<string>(5);
  expect(window.ackedOffset).toBe(5);
  window.enter(9, 'a');
  expect(window.ackedOffset).toBe(9);
  window.acknowledge(9);
  expect(window.ackedOffset).toBe(10);
});

// Bug: with one partition standing still the others went on without end, and a crash sent all of that once more: further back
// than consumers know doubles.
test('has room for so many from the oldest open one on, however many behind it are acknowledged', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.nat(40), fc.integer({ min: 1, max: 5 })), { maxLength: 80 }),
      (steps) => {
        const window = new AckWindow<number>(0);
        let offset = -1;
        for (const [isEntry, acknowledged, hole] of steps) {
          if (isEntry) window.enter((offset += hole), 0);
          else window.acknowledge(acknowledged);
          const span = window.size === 0 ? 0 : offset + 1 - window.ackedOffset;
          expect(window.hasRoom(20)).toBe(span < 20);
        }
      },
    ),
  );
});
