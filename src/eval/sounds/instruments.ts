import { RATE_HZ } from '../signal/pcm';

export type Instrument = 'piano' | 'pad' | 'lead' | 'bass' | 'choir' | 'whistle' | 'saw' | 'square';

/** Strengths of the partials from the fundamental on. */
const PARTIALS: Readonly<Record<Exclude<Instrument, 'choir'>, readonly number[]>> = {
  piano: [1, 0.5, 0.3, 0.15, 0.1],
  pad: [1, 0.4, 0.2, 0.3, 0.1],
  lead: [1, 0, 0.6, 0, 0.35, 0, 0.2],
  bass: [1, 0.6, 0.3],
  whistle: [1],
  saw: [1, 0.5, 0.33, 0.25, 0.2, 0.17, 0.14],
  square: [1, 0, 0.33, 0, 0.2, 0, 0.14],
};
/** Those that die away; the others are held. */
const STRUCK = new Set<Instrument>(['piano', 'bass', 'square']);
/** Depth of the vibrato, share of the pitch. */
const VIBRATO: Readonly<Partial<Record<Instrument, number>>> = { lead: 0.004, choir: 0.006, whistle: 0.005 };
const VIBRATO_HZ = 5.5;

/** Formants of sung vowels: centre and width in Hz, gain (after Peterson and Barney 1952). */
const VOWELS = [
  [[730, 90, 1], [1090, 110, 0.6], [2440, 160, 0.3]],
  [[570, 80, 1], [840, 100, 0.5], [2410, 160, 0.2]],
  [[300, 60, 1], [870, 90, 0.3], [2240, 150, 0.1]],
  [[270, 60, 1], [2290, 150, 0.4], [3010, 200, 0.2]],
] as const; // prettier-ignore

/** One note (MIDI number, 69 = 440 Hz) of so many seconds, of which at most `most` samples are wanted. */
export function tone(
  instrument: Instrument,
  note: number,
  seconds: number,
  next: () => number,
  most = Infinity,
): Float32Array {
  const hz = 440 * 2 ** ((note - 69) / 12);
  const partials = instrument === 'choir' ? sung(hz, next) : PARTIALS[instrument];
  const vibrato = VIBRATO[instrument] ?? 0;
  const struck = STRUCK.has(instrument);
  const attack = struck ? 0.01 : 0.05;
  const out = new Float32Array(Math.max(0, Math.min(most, Math.floor(seconds * RATE_HZ))));
  // half a minute of sines a minute of music: nothing is looked up inside
  const { sin, exp, min, PI } = Math;
  const turn = 2 * PI;
  let phase = 0;
  for (let i = 0; i < out.length; i++) {
    const t = i / RATE_HZ;
    phase += (turn * hz * (1 + (vibrato === 0 ? 0 : vibrato * sin(turn * VIBRATO_HZ * t)))) / RATE_HZ;
    let sum = 0;
    for (let k = 0; k < partials.length; k++) if (partials[k]! > 0) sum += partials[k]! * sin(phase * (k + 1));
    const fade = struck ? exp(-t * 1.5) : min(1, (seconds - t) / attack);
    out[i] = sum * min(1, t / attack) * fade;
  }
  return out;
}

/** Partials up to 4 kHz as the formants of one vowel leave them. */
function sung(hz: number, next: () => number): number[] {
  const vowel = VOWELS[Math.floor(next() * VOWELS.length)]!;
  return Array.from({ length: Math.floor(4000 / hz) }, (_, k) => {
    const own = hz * (k + 1);
    const gains = vowel.map(([centre, width, gain]) => gain / (1 + ((own - centre) / width) ** 2));
    return gains.reduce((a, b) => a + b, 0) / (k + 1) ** 0.5;
  });
}
