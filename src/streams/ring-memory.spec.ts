import { PcmRing } from './pcm-ring';
import { RingMemory } from './ring-memory';
import { SessionStreams } from './session-streams';
import { streamOptions } from './stream-options';
import { EnergyPool } from './testing/energy-pool';
import { ScriptedClock } from './testing/scripted-clock';
import { VOICE } from './testing/session-script';

const LOUD = new Uint8Array(20).fill(1);

describe('RingMemory', () => {
  it('is used again, without a trace of what was said', () => {
    const memory = new RingMemory(20);
    const ring = new PcmRing(10, memory);
    ring.write(LOUD);
    ring.release();
    expect(memory.spareBytes).toBe(20);
    const next = memory.take(10);
    expect([...next]).toEqual(new Array(10).fill(0));
    expect(memory.spareBytes).toBe(0);
  });

  it('is never given to two: a second release does nothing, and a released ring holds nothing', () => {
    const memory = new RingMemory(100);
    const ring = new PcmRing(10, memory);
    ring.write(LOUD);
    ring.release();
    ring.release();
    expect(memory.spareBytes).toBe(20);
    expect(() => ring.write(LOUD)).toThrow(RangeError);
    expect(() => ring.copy(0, 10, new Int16Array(10), 0)).toThrow(RangeError);
  });

  it('keeps no more than its bound, and only what fits', () => {
    const memory = new RingMemory(50);
    for (const ring of [1, 2, 3].map(() => new PcmRing(10, memory))) ring.release();
    expect(memory.spareBytes).toBe(40);
    expect(memory.take(9)).toHaveLength(9);
    expect(memory.spareBytes).toBe(40);
  });

  it('takes back what a session had, ended or cut off', () => {
    const rings = new RingMemory(1e7);
    const session = () =>
      new SessionStreams(
        { sessionId: 's', streams: [VOICE, { ...VOICE, streamId: 2 }], pace: 1 },
        { clock: new ScriptedClock(), pool: new EnergyPool(), options: streamOptions(), rings },
      );
    const first = session();
    first.end();
    const spare = rings.spareBytes;
    expect(spare).toBeGreaterThan(1e6);
    const second = session();
    expect(rings.spareBytes).toBe(0);
    second.dispose();
    second.dispose();
    expect(rings.spareBytes).toBe(spare);
  });
});
