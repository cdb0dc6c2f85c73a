import { g711Table } from '../../streams/codecs/g711';
import { lowPass } from '../../streams/codecs/kaiser';
import { RATE_HZ } from './pcm';

/** The band of a telephone line: ITU-T G.712. */
const LOW_HZ = 300;
const HIGH_HZ = 3400;
const STOP_DB = 60;

/** 16 kHz to what a telephone line leaves of it: 300 to 3400 Hz as mu-law bytes at 8 kHz, for the service's own decoder. */
export function telephoneBytes(pcm: Int16Array): Uint8Array {
  const high = lowPass({ sampleRateHz: RATE_HZ, passHz: HIGH_HZ, stopHz: 4000, stopDb: STOP_DB });
  const low = lowPass({ sampleRateHz: RATE_HZ, passHz: LOW_HZ - 100, stopHz: LOW_HZ, stopDb: STOP_DB });
  const band = bandPass(high, low);
  const middle = (band.length - 1) / 2;
  const bytes = new Uint8Array(Math.floor(pcm.length / 2));
  for (let n = 0; n < bytes.length; n++) {
    let sum = 0;
    const first = 2 * n - middle;
    for (let k = Math.max(0, -first); k < band.length && first + k < pcm.length; k++) sum += band[k]! * pcm[first + k]!;
    bytes[n] = mulaw(sum);
  }
  return bytes;
}

/** What the high low-pass lets through and the low one does not; both have linear phase. */
function bandPass(high: Float64Array, low: Float64Array): Float64Array {
  const length = Math.max(high.length, low.length);
  const at = (filter: Float64Array, i: number): number => filter[i - (length - filter.length) / 2] ?? 0;
  return Float64Array.from({ length }, (_, i) => at(high, i) - at(low, i));
}

const DECODED = [...g711Table('mulaw')].map((sample, code) => ({ sample, code })).sort((a, b) => a.sample - b.sample);

/** The code whose sample is nearest. */
function mulaw(sample: number): number {
  let [from, to] = [0, DECODED.length - 1];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (DECODED[middle]!.sample <= sample) from = middle;
    else to = middle;
  }
  return sample - DECODED[from]!.sample <= DECODED[to]!.sample - sample ? DECODED[from]!.code : DECODED[to]!.code;
}
