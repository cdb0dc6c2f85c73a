import { decodeVoice } from '../signal/decode';
import { amplitude, gaussian, joinedPcm, pcmOfFloats, RATE_HZ } from '../signal/pcm';
import { random } from '../signal/random';
import { telephoneBytes } from '../signal/telephone';
import { atLevel } from './coloured-noise';
import { type Instrument, tone } from './instruments';

/** Of C major; a piece is moved up or down as a whole. */
const CHORDS = [
  [60, 64, 67],
  [57, 60, 64],
  [65, 69, 72],
  [67, 71, 74],
  [62, 65, 69],
  [67, 71, 74],
  [60, 64, 67],
  [64, 67, 71],
] as const;
const SCALE = [0, 2, 4, 5, 7, 9, 11] as const;
const BEATS_A_BAR = 4;
const LEVEL_DB = -22;

interface Piece {
  readonly beatsPerMinute: number;
  readonly chord: Instrument;
  readonly lead?: Instrument;
  readonly drums: boolean;
  /** Heard through a telephone line, as most hold music is. */
  readonly telephone?: boolean;
}

/** The first ones with pads, piano and lead; the later ones nearer to a voice: choir, whistling, saw, square. */
const PIECES: readonly Piece[] = [
  { beatsPerMinute: 96, chord: 'pad', lead: 'lead', drums: true },
  { beatsPerMinute: 72, chord: 'pad', lead: 'piano', drums: false },
  { beatsPerMinute: 120, chord: 'piano', lead: 'lead', drums: true, telephone: true },
  { beatsPerMinute: 84, chord: 'pad', drums: false, telephone: true },
  { beatsPerMinute: 76, chord: 'choir', drums: false },
  { beatsPerMinute: 88, chord: 'choir', lead: 'choir', drums: true, telephone: true },
  { beatsPerMinute: 92, chord: 'pad', lead: 'whistle', drums: false },
  { beatsPerMinute: 108, chord: 'saw', lead: 'square', drums: true },
];

/** Pieces of one length one after the other, made from seeds: nobody sings, and no composer is owed anything. */
export async function holdMusic(seconds: number): Promise<Int16Array<ArrayBuffer>> {
  const each = Math.floor((seconds * RATE_HZ) / PIECES.length);
  const parts: Int16Array[] = [];
  for (const [i, piece] of PIECES.entries()) {
    const samples = pcmOfFloats(played(piece, each, 100 + i));
    parts.push(piece.telephone ? await decodeVoice('mulaw-8k', telephoneBytes(samples)) : samples);
  }
  return joinedPcm(parts);
}

function played({ beatsPerMinute, chord, lead, drums }: Piece, count: number, seed: number): Float32Array {
  const next = random(seed);
  const out = new Float32Array(count);
  const beat = 60 / beatsPerMinute;
  const moved = Math.floor(next() * 11) - 5;
  const put = (sound: Float32Array, atSeconds: number, gain: number): void => {
    const at = Math.floor(atSeconds * RATE_HZ);
    for (let i = 0; i < sound.length && at + i < count; i++) out[at + i]! += sound[i]! * gain;
  };
  const oneOf = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!;
  const play = (instrument: Instrument, note: number, seconds: number, at: number, gain: number): void =>
    put(tone(instrument, note, seconds, next, count - Math.floor(at * RATE_HZ)), at, gain);
  for (let bar = 0; bar * BEATS_A_BAR * beat * RATE_HZ < count; bar++) {
    const start = bar * BEATS_A_BAR * beat;
    const notes = CHORDS[bar % CHORDS.length]!.map((note) => note + moved);
    for (const note of notes) play(chord, note, beat * BEATS_A_BAR, start, 0.1);
    for (let b = 0; b < BEATS_A_BAR; b++) {
      const at = start + b * beat;
      play('bass', notes[0]! - 24, beat, at, 0.3);
      for (const half of [0, beat / 2]) play('piano', oneOf(notes) + 12, 0.75 * beat, at + half, 0.12);
      if (lead !== undefined && next() < 0.7)
        play(lead, 72 + moved + oneOf(SCALE), beat * oneOf([0.5, 1, 1.5]), at, 0.2);
      if (drums) put(b % 2 === 0 ? kick() : snare(next), at, b % 2 === 0 ? 0.6 : 0.25);
    }
  }
  return atLevel(out, amplitude(LEVEL_DB));
}

const DRUM_SECONDS = 0.25;

function kick(): Float32Array {
  return Float32Array.from({ length: DRUM_SECONDS * RATE_HZ }, (_, i) => {
    const t = i / RATE_HZ;
    return Math.sin(2 * Math.PI * (50 + 80 * Math.exp(-t * 30)) * t) * Math.exp(-t * 12);
  });
}

function snare(next: () => number): Float32Array {
  return Float32Array.from(
    { length: DRUM_SECONDS * RATE_HZ },
    (_, i) => gaussian(next) * Math.exp((-i / RATE_HZ) * 25),
  );
}
