import { clean, lossy, noisy, telephone } from './distortions';
import { opus, opusMissing } from './opus-channel';
import { loudness, rms } from './pcm';

/** A second and a half of a tone that swells, as a vowel does. */
const TONE = Int16Array.from(
  { length: 24_000 },
  (_, i) => 8000 * Math.sin((2 * Math.PI * 440 * i) / 16_000) * Math.sin((Math.PI * i) / 24_000),
);
/** Share of the power at a frequency (Goertzel 1958). */
function powerAt(hz: number, pcm: Int16Array): number {
  let [re, im] = [0, 0];
  pcm.forEach((value, i) => {
    re += value * Math.cos((2 * Math.PI * hz * i) / 16_000);
    im += value * Math.sin((2 * Math.PI * hz * i) / 16_000);
  });
  return (re ** 2 + im ** 2) / pcm.length ** 2;
}

it('adds noise at the ratio it is asked for', async () => {
  for (const db of [20, 5]) {
    const heard = await noisy(db)(TONE);
    const added = Int16Array.from(heard, (value, i) => value - TONE[i]!);
    expect(20 * Math.log10(loudness(TONE) / rms(added))).toBeCloseTo(db, 0);
  }
});

it('loses about as many packets as it is asked to, whole ones', async () => {
  const loud = new Int16Array(320 * 2000).fill(1000);
  const heard = await lossy(0.05)(loud);
  const packets = Array.from({ length: 2000 }, (_, i) => heard.subarray(i * 320, (i + 1) * 320));
  const lost = packets.filter((packet) => packet.every((value) => value === 0)).length;
  expect(lost / 2000).toBeGreaterThan(0.03);
  expect(lost / 2000).toBeLessThan(0.07);
  expect(packets.filter((packet) => new Set(packet).size > 1)).toEqual([]);
  await expect(clean(TONE)).resolves.toBe(TONE);
});

it('lets a telephone line through, and no bass', async () => {
  const heard = await telephone(TONE);
  expect(Math.abs(heard.length - TONE.length)).toBeLessThan(200);
  expect(10 * Math.log10(powerAt(440, heard) / powerAt(440, TONE))).toBeCloseTo(0, 0);
  const bass = TONE.map((_, i) => 8000 * Math.sin((2 * Math.PI * 120 * i) / 16_000));
  expect(rms(await telephone(bass))).toBeLessThan(rms(bass) / 50);
});

it('codes speech by a real Opus encoder, or says why it cannot', async () => {
  const missing = await opusMissing();
  if (missing !== undefined) {
    expect(missing).not.toBe('');
    return;
  }
  const heard = await opus(8_000)(TONE);
  expect(Math.abs(heard.length - TONE.length)).toBeLessThan(1000);
  expect(10 * Math.log10(powerAt(440, heard) / powerAt(440, TONE))).toBeCloseTo(0, -1);
  expect(heard).not.toEqual(TONE);
}, 30_000);
