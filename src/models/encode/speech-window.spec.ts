import fc from 'fast-check';
import type { HopVoice } from '../../facts/stream-fact';
import { SpeechWindow } from './speech-window';

const HOP_MS = 1000;
const HOP_SAMPLES = 16 * HOP_MS;

function voiceOf(streamName: string, value: number, isSpoken: boolean, startMs: number): HopVoice {
  const speech = isSpoken ? [{ startMs, endMs: startMs + HOP_MS }] : [];
  return { streamName, party: 'customer', pcm: new Int16Array(HOP_SAMPLES).fill(value), speech };
}

it('hears the customer of the last seconds, two streams of one as their sum, and silence where there was none', () => {
  const sample = fc.integer({ min: -0x8000, max: 0x7fff });
  const hop = fc.record({ values: fc.array(sample, { maxLength: 2 }), isSpoken: fc.boolean() });
  fc.assert(
    fc.property(fc.array(hop, { minLength: 1, maxLength: 7 }), fc.nat(500), (hops, marginMs) => {
      const window = new SpeechWindow(4000);
      hops.forEach(({ values, isSpoken }, i) => {
        const hopStartMs = i * HOP_MS;
        const voices = values.map((value, n) => voiceOf(`v-${n}`, value, isSpoken, hopStartMs));
        window.push({ hopStartMs, hopEndMs: hopStartMs + HOP_MS }, voices);
      });
      const { startMs, pcm } = window.stretch(marginMs, 1000);
      expect(pcm.length % 320).toBe(0);
      for (let at = 0; at < pcm.length; at += 160) {
        const media = startMs * 16 + at;
        const { values = [] } = media < 0 ? {} : (hops[Math.floor(media / HOP_SAMPLES)] ?? {});
        const sum = values.reduce((all, value) => all + value, 0);
        expect(pcm[at]).toBe(Math.max(-0x8000, Math.min(0x7fff, sum)));
      }
    }),
    { numRuns: 100 },
  );
});
