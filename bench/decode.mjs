// `npm run bench:decode`: what decoding costs for each second of media, on one thread. WebM/Opus goes through the service's
// own path (demuxer, order of packets, damage, 16-bit samples) and, side by side, through opus-decoder alone, fed the same
// packets; then the resampler, with what it lets through, G.711 and the frame header.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileFunction } from 'node:vm';
import { decodeFrame, encodeFrame } from '../packages/protocol/dist/index.js';
import { openDecoder } from '../dist/streams/codecs/open-decoder.js';
import { Resampler } from '../dist/streams/codecs/resampler.js';
import { WebmDemuxer } from '../dist/streams/codecs/webm-demuxer.js';
import { streamOptions } from '../dist/streams/stream-options.js';
import { figure, keep, show } from './figures.mjs';
import { responseOf } from './resampler-response.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '600' },
    smoke: { type: 'boolean', default: false },
  },
});
const runs = values.smoke ? 2 : Number(values.runs);
/** Of media, in each run of each part. */
const seconds = values.smoke ? 20 : Number(values.seconds);

const FILE = 'test/fixtures/media/voice-5s.webm';
const FILE_SECONDS = 5;
/** As a browser hands slices over. */
const SLICE_MS = 250;
const passes = Math.ceil(seconds / FILE_SECONDS);
const file = readFileSync(FILE);

/** CPU of this thread's process, ms. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function slices() {
  const count = (FILE_SECONDS * 1000) / SLICE_MS;
  const size = Math.ceil(file.length / count);
  return Array.from({ length: count }, (_, i) => file.subarray(i * size, (i + 1) * size));
}

function packets() {
  const found = [];
  const sink = { head() {}, packet: (data) => found.push(data.slice()), corrupt() {}, picture() {} };
  const demuxer = new WebmDemuxer();
  for (const slice of slices()) demuxer.push(slice, sink);
  return found;
}

/** As src/streams/codecs/opus-runtime.ts loads it. */
async function bareOpus() {
  const entry = createRequire(import.meta.url).resolve('opus-decoder');
  const built = join(dirname(entry), 'dist/opus-decoder.min.js');
  const module = { exports: {} };
  compileFunction(readFileSync(built, 'utf8'), ['module', 'exports', 'require'], { filename: built })(
    module,
    module.exports,
    () => class {},
  );
  const decoder = new module.exports.OpusDecoder({ sampleRate: 16_000, channels: 1 });
  await decoder.ready;
  return decoder;
}

/** The service's decoder of a codec, ready, with a sink that counts. */
async function ourDecoder(codec) {
  const heard = { samples: 0, faults: 0 };
  const sink = {
    roomSamples: Infinity,
    pcm: (_ptsMs, [samples]) => void (heard.samples += samples.length),
    gap: () => heard.faults++,
    notice: () => {},
  };
  let wake;
  const ready = new Promise((resolve) => (wake = resolve));
  const { decoder } = openDecoder(codec, 1, streamOptions(), wake);
  if (codec.endsWith('opus')) await ready;
  const take = (ptsMs, bytes) => {
    const fault = decoder.take({ ptsMs, bytes, discontinuity: false }, sink);
    if (fault !== undefined) throw new Error(fault);
  };
  return { take, heard, dispose: () => decoder.dispose() };
}

async function webmRun() {
  const parts = slices();
  const { take, heard, dispose } = await ourDecoder('webm-opus');
  const began = cpuMs();
  for (let pass = 0; pass < passes; pass++) {
    parts.forEach((bytes, i) => take(pass * FILE_SECONDS * 1000 + i * SLICE_MS, bytes));
  }
  const spent = cpuMs() - began;
  dispose();
  // the pre-skip of each pass is left out
  if (heard.faults > 0 || heard.samples < 0.98 * 16_000 * FILE_SECONDS * passes) {
    throw new Error(`only ${heard.samples} samples, ${heard.faults} faults`);
  }
  return spent / (passes * FILE_SECONDS);
}

async function bareRun(list) {
  const decoder = await bareOpus();
  let samples = 0;
  const began = cpuMs();
  for (let pass = 0; pass < passes; pass++) {
    for (const packet of list) samples += decoder.decodeFrame(packet).samplesDecoded;
  }
  const spent = cpuMs() - began;
  decoder.free();
  if (samples < 0.98 * 16_000 * FILE_SECONDS * passes) throw new Error(`only ${samples} samples`);
  return spent / (passes * FILE_SECONDS);
}

/** Some seconds of two tones, at a rate. */
function tones(rateHz) {
  return Int16Array.from({ length: rateHz }, (_, i) => 9000 * (Math.sin(i * 0.05) + Math.sin(i * 0.31)));
}

const RATES_HZ = [8000, 24_000, 48_000];
const resamplerOf = (rateHz) => `resampler, ${rateHz / 1000} to 16 kHz`;
const CHUNK_MS = 100;
function resamplerRun(rateHz) {
  const resampler = new Resampler(rateHz);
  const second = tones(rateHz);
  const size = (rateHz * CHUNK_MS) / 1000;
  const began = cpuMs();
  for (let s = 0; s < seconds; s++) {
    for (let at = 0; at < rateHz; at += size) {
      // a block of the resampler holds 4096 samples
      for (let from = at; from < at + size; from += 4096)
        resampler.push(second.subarray(from, Math.min(from + 4096, at + size)));
    }
  }
  return (cpuMs() - began) / seconds;
}

async function mulawRun() {
  const { take, dispose } = await ourDecoder('mulaw-8k');
  const chunk = Uint8Array.from({ length: 8 * CHUNK_MS }, (_, i) => (i * 37) % 256);
  const began = cpuMs();
  for (let ms = 0; ms < seconds * 1000; ms += CHUNK_MS) take(ms, chunk);
  const spent = cpuMs() - began;
  dispose();
  return spent / seconds;
}

/** Microseconds a frame; a voice stream has 10 a second. */
function frameRun(times) {
  const bytes = encodeFrame(
    { flags: 0, streamId: 1, seq: 7, ptsUs: 700_000, byteOffset: 22_400 },
    new Uint8Array(3200),
  );
  let good = 0;
  const began = cpuMs();
  for (let i = 0; i < times; i++) if (decodeFrame(bytes).ok) good++;
  const spent = cpuMs() - began;
  if (good !== times) throw new Error(`${times - good} frames refused`);
  return (spent * 1000) / times;
}

const list = packets();
const results = { ours: [], bare: [], 8000: [], 24_000: [], 48_000: [], mulaw: [], frame: [] };
for (let run = 0; run <= runs; run++) {
  // the first warms up; both orders in turn, so that neither always has the warmer machine
  const opus = {};
  for (const part of run % 2 === 0 ? ['bare', 'ours'] : ['ours', 'bare']) {
    opus[part] = part === 'bare' ? await bareRun(list) : await webmRun();
  }
  const once = { ...opus, mulaw: await mulawRun(), frame: frameRun(values.smoke ? 1e4 : 1e6) };
  for (const rateHz of RATES_HZ) once[rateHz] = resamplerRun(rateHz);
  if (run > 0) for (const [name, value] of Object.entries(once)) results[name].push(value);
}

const perSecond = 'ms CPU a media second';
const figures = [
  figure('WebM/Opus, the service', results.ours, perSecond),
  figure('WebM/Opus, opus-decoder alone on the same packets', results.bare, perSecond),
  figure(
    'WebM/Opus, bare / ours',
    results.ours.map((ours, run) => results.bare[run] / ours),
    'ratio',
    { atLeast: 0.8 },
  ),
  ...RATES_HZ.map((rateHz) => figure(resamplerOf(rateHz), results[rateHz], perSecond)),
  ...RATES_HZ.flatMap((rateHz) => {
    const name = resamplerOf(rateHz);
    const { passHz, changeDb, strayDb } = responseOf(rateHz);
    const stray = rateHz < 16_000 ? 'loudest image above 4 kHz' : 'loudest alias of what is above 8 kHz';
    return [
      figure(`${name}: largest change up to ${passHz / 1000} kHz`, [changeDb], 'dB'),
      figure(`${name}: ${stray}`, [strayDb], 'dB', { atMost: -60 }),
    ];
  }),
  figure('mu-law at 8 kHz, whole decoder', results.mulaw, perSecond),
  figure('frame header parsed', results.frame, 'us CPU a frame'),
];
if (values.smoke) show(figures);
else keep('decode', figures, 'npm run bench:decode');
