import fc from 'fast-check';
import { Watermark, isIdle, type WatermarkSource } from './watermark';

const source = (mediaMs: number, idle = false, left = false, lastsMs = 0): WatermarkSource => ({
  mediaMs,
  lastsUntilMs: mediaMs + lastsMs,
  left,
  isIdle: () => idle,
});

describe('Watermark', () => {
  it('is the slowest active stream less the lateness', () => {
    const watermark = new Watermark(300);
    expect(watermark.advance([source(2000), source(1500)], 0, 9000)).toBe(true);
    expect(watermark.valueMs).toBe(1200);
    expect(watermark.followsClock).toBe(false);
  });

  it('leaves out idle and ended streams, and follows the clock without any', () => {
    const watermark = new Watermark(300);
    watermark.advance([source(2000), source(100, true), source(50, false, true)], 0, 9000);
    expect(watermark.valueMs).toBe(1700);
    watermark.advance([source(2000, true)], 0, 9000);
    expect(watermark.valueMs).toBe(8700);
    expect(watermark.followsClock).toBe(true);
    watermark.finish();
    expect(watermark.valueMs).toBe(Infinity);
  });

  it('does not wait for the next still before it is due, and goes no further than the furthest stream', () => {
    const watermark = new Watermark(300);
    const at = (voiceMs: number, stillMs: number): number => {
      watermark.advance([source(voiceMs), source(stillMs, false, false, 500)], 0, 9000);
      return watermark.valueMs;
    };
    expect(at(1100, 1000)).toBe(800);
    expect(at(1500, 1000)).toBe(1200);
    expect(at(1900, 1000)).toBe(1200); // it is due now
    expect(at(1900, 1500)).toBe(1600);
    watermark.advance([source(3000, false, false, 500)], 0, 9000);
    expect(watermark.valueMs).toBe(2700); // alone it tells what it has, and no more
  });

  it('never moves back, whatever streams do', () => {
    const streams = fc.array(
      fc.record({ mediaMs: fc.nat(10_000), idle: fc.boolean(), left: fc.boolean(), lastsMs: fc.nat(1000) }),
      {
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(streams, fc.nat(10_000))), (steps) => {
        const watermark = new Watermark(300);
        let before = 0;
        for (const [state, clockMs] of steps) {
          const moved = watermark.advance(
            state.map((s) => source(s.mediaMs, s.idle, s.left, s.lastsMs)),
            0,
            clockMs,
          );
          expect(watermark.valueMs).toBeGreaterThanOrEqual(before);
          expect(moved).toBe(watermark.valueMs > before);
          before = watermark.valueMs;
        }
      }),
    );
  });
});

describe('isIdle', () => {
  const silent = { heardMs: 1000, idleAtMs: 1000, holdsCredit: true, pending: false };
  it('takes silence, credit and nothing under way', () => {
    expect(isIdle(silent)).toBe(true);
    expect(isIdle({ ...silent, heardMs: 999 })).toBe(false);
    expect(isIdle({ ...silent, holdsCredit: false })).toBe(false);
    expect(isIdle({ ...silent, pending: true })).toBe(false);
  });
});
