// Real recordings as what a conversation is made of: stretches of speech for each party, stills, and messages.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pcm16, Resampler } from '../../dist/cli/recording/resample.js';
import { deinterleave } from '../../dist/cli/recording/sample-format.js';
import { readWavFormat } from '../../dist/cli/recording/wav.js';
import { readSampleCall } from '../../dist/demo/sample-call.js';

const SAMPLES_PER_MS = 16;
const FRAME_MS = 20;
/** Frames within this of the loudest are speech: recordings differ by 20 dB, their own background hardly. */
const ACTIVE_RANGE_DB = 35;
/** A pause that does not end a turn; the service's own endpoint is 600 ms. */
const MAX_PAUSE_MS = 500;
const MARGIN_MS = 100;
const MIN_STRETCH_MS = 600;
const MAX_STRETCH_MS = 12_000;

/**
 * { customer, agent: stretches (Int16Array at 16 kHz), stills, messages, files }. Wav files of a folder and those below
 * it; a name with "agent" in it is the agent's, without any such name both parties speak with all voices. Stills and
 * messages are always the sample call's.
 */
export function readRecordings(folder) {
  const sample = readSampleCall('sample');
  const video = sample.streams.find(({ kind }) => kind === 'video');
  const stills = sample.cues.filter((cue) => cue.kind === 'media' && cue.streamId === video.streamId);
  const messages = sample.cues.filter((cue) => cue.kind === 'chat');
  const all = [];
  for (const file of wavFiles(folder)) {
    try {
      const stretches = readChannels(readFileSync(file)).flatMap(speechStretches);
      all.push({ file, isAgent: /agent/i.test(file), stretches });
    } catch (error) {
      console.error(`left out: ${file} ${error.message}`);
    }
  }
  const of = (wanted) => all.filter(({ isAgent }) => isAgent === wanted).flatMap(({ stretches }) => stretches);
  const both = all.flatMap(({ stretches }) => stretches);
  if (both.length === 0) throw new Error(`${folder} has no wav file with speech in it`);
  return {
    files: all.length,
    customer: of(false).length > 0 ? of(false) : both,
    agent: of(true).length > 0 ? of(true) : both,
    stills: stills.map(({ payload }) => payload),
    messages: messages.map(({ party, text }) => ({ party, text })),
  };
}

function wavFiles(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.toLowerCase().endsWith('.wav'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function readChannels(file) {
  const format = readWavFormat((at, bytes) => file.subarray(at, at + bytes), file.byteLength);
  const data = file.subarray(format.dataStart, format.dataStart + format.dataBytes);
  return deinterleave(data, format).map((channel) => {
    const resampler = new Resampler(format.sampleRateHz);
    const bytes = Buffer.concat([pcm16(resampler.push(channel)), pcm16(resampler.flush())]);
    return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2).slice();
  });
}

/** Speech by its level, cut where it pauses and where it gets long. */
export function speechStretches(samples) {
  const size = FRAME_MS * SAMPLES_PER_MS;
  const powers = Array.from({ length: Math.floor(samples.length / size) }, (_, frame) => {
    let sum = 0;
    for (let i = frame * size; i < (frame + 1) * size; i++) sum += samples[i] ** 2;
    return sum / size;
  });
  const least = powers.reduce((a, b) => Math.max(a, b), 0) * 10 ** (-ACTIVE_RANGE_DB / 10);
  const spans = [];
  powers.forEach((power, frame) => {
    if (power <= least) return;
    const last = spans.at(-1);
    const [startMs, endMs] = [frame * FRAME_MS, (frame + 1) * FRAME_MS];
    if (last && startMs - last.endMs <= MAX_PAUSE_MS && endMs - last.startMs <= MAX_STRETCH_MS) last.endMs = endMs;
    else spans.push({ startMs, endMs });
  });
  return spans
    .filter(({ startMs, endMs }) => endMs - startMs >= MIN_STRETCH_MS)
    .map(({ startMs, endMs }) =>
      samples.slice(Math.max(0, startMs - MARGIN_MS) * SAMPLES_PER_MS, (endMs + MARGIN_MS) * SAMPLES_PER_MS),
    );
}
