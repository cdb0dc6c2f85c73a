import fc from 'fast-check';
import { UnpacedStream } from './unpaced-stream';

const SPEC = { streamId: 1, name: 'customer-voice-1', kind: 'voice', party: 'customer', codec: 'mulaw-8k' } as const;
const open = (limitBytes: number) => new UnpacedStream(SPEC, { nextSeq: 0, nextByteOffset: 0, limitBytes });
const ms = (count: number) => new Uint8Array(8 * count);

describe('the media of a sender that knows no credit', () => {
  it('is numbered as it is taken', () => {
    const stream = open(1000);
    expect(stream.take(0, ms(20))).toEqual({ seq: 0, byteOffset: 0, lost: undefined });
    expect(stream.take(20, ms(40))).toEqual({ seq: 1, byteOffset: 160, lost: undefined });
    expect(stream.next).toEqual({ nextSeq: 2, nextByteOffset: 480 });
  });

  it('is left out beyond the credit, one gap in front of what is taken next', () => {
    const stream = open(320);
    stream.take(0, ms(20));
    stream.take(20, ms(20));
    expect(stream.take(40, ms(20))).toBeUndefined();
    expect(stream.take(60, ms(20))).toBeUndefined();
    stream.granted(480);
    stream.granted(400); // an older grant takes nothing back
    expect(stream.take(80, ms(20))).toEqual({
      ...{ seq: 2, byteOffset: 320, lost: { fromMs: 40, toMs: 80, reason: 'buffer_overflow' } },
    });
    expect(stream.takeLost()).toBeUndefined();
  });

  it('has a gap where something never came, as long as the stamps say, and none where nothing is missing', () => {
    const stream = open(10_000);
    expect(stream.take(500, ms(20), true)!.lost).toBeUndefined(); // nothing before it is known
    expect(stream.take(521, ms(20), true)!.lost).toBeUndefined(); // stamps are rounded
    expect(stream.take(601, ms(20), true)!.lost).toEqual({ fromMs: 541, toMs: 601, reason: 'unknown' });
    expect(stream.take(700, ms(20))!.lost).toBeUndefined(); // silence that was not sent is no loss
  });

  it('goes on where another connection left it', () => {
    const stream = new UnpacedStream(SPEC, { nextSeq: 7, nextByteOffset: 900, limitBytes: 1000 });
    expect(stream.take(40, new Uint8Array(100))).toMatchObject({ seq: 7, byteOffset: 900 });
    expect(stream.take(52, new Uint8Array(1))).toBeUndefined();
  });

  it('never passes the credit, numbers without gaps, and loses nothing silently', () => {
    const steps = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 400 }), grant: fc.nat(600) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (all) => {
        let limit = 500;
        const stream = open(limit);
        let [seq, byteOffset, atMs, droppedMs, toldMs] = [0, 0, 0, 0, 0];
        const told = (lost: ReturnType<UnpacedStream['takeLost']>) => (toldMs += lost ? lost.toMs - lost.fromMs : 0);
        for (const { bytes, grant } of all) {
          stream.granted((limit += grant));
          const taken = stream.take(atMs, new Uint8Array(bytes));
          atMs += bytes / 8;
          if (taken === undefined) {
            droppedMs += bytes / 8;
            continue;
          }
          expect(taken).toMatchObject({ seq, byteOffset });
          [seq, byteOffset] = [seq + 1, byteOffset + bytes];
          expect(byteOffset).toBeLessThanOrEqual(limit);
          told(taken.lost);
        }
        told(stream.takeLost());
        expect(toldMs).toBeCloseTo(droppedMs, 6);
      }),
    );
  });
});
