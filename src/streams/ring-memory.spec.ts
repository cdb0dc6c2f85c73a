import { PcmRing } from './pcm-ring';
import { RingMemory } from './ring-memory';
import { AGENT, SessionScript, VOICE } from './testing/session-script';

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
    const rings = [1, 2, 3].map(() => new PcmRing(10, memory));
    for (const ring of rings) ring.write(LOUD);
    for (const ring of rings) ring.release();
    expect(memory.spareBytes).toBe(40);
    expect(memory.take(9)).toHaveLength(9);
    expect(memory.spareBytes).toBe(40);
  });

  // a hundred sessions at once took a hundred megabytes before anybody had said a word
  it('is taken with the first sample', () => {
    const memory = new RingMemory(100);
    memory.giveBack(new Int16Array(10));
    const ring = new PcmRing(10, memory);
    ring.write(new Uint8Array(0));
    expect(memory.spareBytes).toBe(20);
    ring.write(LOUD);
    expect(memory.spareBytes).toBe(0);
  });

  it('takes back what a session had, ended or cut off', async () => {
    const rings = new RingMemory(1e7);
    const session = () => {
      const script = new SessionScript({ streams: [VOICE, AGENT], rings });
      for (const { streamId } of [VOICE, AGENT]) script.send(streamId, LOUD, 0);
      return script;
    };
    await session().end();
    const spare = rings.spareBytes;
    expect(spare).toBeGreaterThan(1e6);
    const second = session().streams;
    expect(rings.spareBytes).toBe(0);
    second.dispose();
    second.dispose();
    expect(rings.spareBytes).toBe(spare);
  });
});
