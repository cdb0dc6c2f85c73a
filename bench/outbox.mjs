// `npm run bench:outbox`: how long the log takes to be read and checked at the start, for each GB, and side by side the bare
// reading of the same files; then how fast results become durable. The files are in the page cache for both, as after a
// crash of the process alone. Let nothing else run beside it.
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { outboxOptions } from '../dist/delivery/delivery-options.js';
import { toCloudEvent } from '../dist/delivery/cloud-event.js';
import { Outbox } from '../dist/delivery/outbox.js';
import { encodeHeader, encodeRecord } from '../dist/delivery/record-line.js';
import { segmentPath } from '../dist/delivery/segment.js';
import { figure, keep, show } from './figures.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    megabytes: { type: 'string', default: '512' },
    results: { type: 'string', default: '20000' },
    folder: { type: 'string', default: tmpdir() },
    smoke: { type: 'boolean', default: false },
  },
});
const runs = values.smoke ? 1 : Number(values.runs);
const wantedBytes = (values.smoke ? 4 : Number(values.megabytes)) * 1e6;
const appends = values.smoke ? 500 : Number(values.results);

const GB = 1e9;
const SEGMENT_BYTES = 16 * 1024 * 1024;
const LOG_ID = '0b7e3d5a-1c2d-4e3f-8a4b-5c6d7e8f9a0b';
/** Live at a time; each ends after so many results. */
const SESSIONS = 64;
const RESULTS = 300;
const LABELS = ['anger', 'disgust', 'fear', 'joy', 'neutral', 'sadness', 'surprise'];

const emotion = (seed) => Object.fromEntries(LABELS.map((name, i) => [name, ((seed * 31 + i * 17) % 97) / 97]));

/** As large as an assessment with voice and text present. */
function assessed(n) {
  const part = { present: true, contribution: 0.31 + (n % 7) / 100, emotion: emotion(n), quality: 0.93 };
  const data = {
    ...{ subject: 'customer', windowStartMs: n * 1000, windowEndMs: n * 1000 + 4000, emotion: emotion(n + 1) },
    ...{ valence: -0.123456, arousal: 0.345678, confidence: 0.71, modalities: { voice: part, text: part, face: part } },
    intents: [{ name: 'request_refund', score: 0.93, utteranceIds: [`u-${n}`, `u-${n + 1}`], sinceMs: n * 900 }],
    ...{ degraded: [], models: ['voice-emotion', 'text-minilm', 'fusion'].map((name) => ({ name, version: '3' })) },
    ...{
      stageMs: { wait: 12.3, model: 140.2, overhead: 4.1 },
      talk: { share: 0.41, silenceMs: 1200, wordsPerMinute: 133 },
    },
  };
  return { type: 'rapport.window.assessed', naturalKey: [n * 1000 + 4000], data };
}

const sessionOf = (n) => ({ tenant: 'acme', sessionId: `01890a5d-ac96-774b-8cce-${String(n).padStart(12, '0')}` });

/** Segments as the outbox writes them; their bytes and records. */
function writeLog(dir) {
  const madeAt = new Date();
  let [bytes, offset, file, size] = [0, 0, undefined, Infinity];
  for (let round = 0; bytes < wantedBytes; round += 1) {
    for (let s = 0; s < SESSIONS; s += 1) {
      const lived = Math.floor(round / RESULTS);
      const seq = (round % RESULTS) + 1;
      const session = sessionOf(lived * SESSIONS + s);
      const isLast = seq === RESULTS;
      const result = isLast ? { type: 'rapport.session.ended', naturalKey: ['ended'], data: {} } : assessed(seq);
      const event = JSON.stringify(toCloudEvent(session, result, madeAt));
      const key = `acme/${session.sessionId}`;
      const line = encodeRecord({ offset, seq, topic: 'rapport.results', key }, event);
      if (size + line.length > SEGMENT_BYTES) {
        if (file !== undefined) closeSync(file);
        file = openSync(segmentPath(dir, offset), 'w');
        size = writeSync(file, encodeHeader(offset, LOG_ID));
        bytes += size;
      }
      size += writeSync(file, line);
      bytes += line.length;
      offset += 1;
    }
  }
  closeSync(file);
  return { bytes, records: offset };
}

function bareSeconds(dir) {
  const beganMs = performance.now();
  let bytes = 0;
  for (const name of readdirSync(dir)) if (name.endsWith('.log')) bytes += readFileSync(join(dir, name)).length;
  return { seconds: (performance.now() - beganMs) / 1000, bytes };
}

async function recoverySeconds(dir, records) {
  const [beganMs, cpu] = [performance.now(), process.cpuUsage()];
  const outbox = await Outbox.open(outboxOptions({ dir, retentionBytes: Infinity, budgetBytes: 1e15 }));
  const seconds = (performance.now() - beganMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  if (outbox.recovery.records !== records) throw new Error(`${outbox.recovery.records} records of ${records}`);
  await outbox.shutdown();
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

/** So many sessions append one result after another: results a second, and the wait of each, ms. */
async function appendRate(dir) {
  const outbox = await Outbox.open(outboxOptions({ dir }));
  const waits = [];
  const beganMs = performance.now();
  await Promise.all(
    Array.from({ length: SESSIONS }, async (_, s) => {
      for (let n = 0; n < appends / SESSIONS; n += 1) {
        const startMs = performance.now();
        await outbox.append(sessionOf(s), assessed(n));
        waits.push(performance.now() - startMs);
      }
    }),
  );
  const seconds = (performance.now() - beganMs) / 1000;
  await outbox.shutdown();
  waits.sort((a, b) => a - b);
  const at = (share) => waits[Math.floor((waits.length - 1) * share)];
  return { rate: waits.length / seconds, p50: at(0.5), p99: at(0.99) };
}

const folder = mkdtempSync(join(values.folder, 'rapport-bench-outbox-'));
const rows = { open: [], cpu: [], bare: [], ratio: [], rate: [], p50: [], p99: [] };
let size;
try {
  size = writeLog(folder);
  bareSeconds(folder); // into the page cache
  for (let run = 0; run < runs; run += 1) {
    const bare = bareSeconds(folder);
    const open = await recoverySeconds(folder, size.records);
    const perGb = GB / bare.bytes;
    rows.open.push(open.seconds * perGb);
    rows.cpu.push(open.cpuSeconds * perGb);
    rows.bare.push(bare.seconds * perGb);
    rows.ratio.push(open.seconds / bare.seconds);
  }
  for (let run = 0; run < runs; run += 1) {
    const own = mkdtempSync(join(values.folder, 'rapport-bench-append-'));
    const { rate, p50, p99 } = await appendRate(own).finally(() => rmSync(own, { recursive: true }));
    rows.rate.push(rate);
    rows.p50.push(p50);
    rows.p99.push(p99);
  }
} finally {
  rmSync(folder, { recursive: true });
}

const figures = [
  figure('recovery: log read and checked at the start, for each GB', rows.open, 's'),
  figure('recovery: CPU of it, for each GB', rows.cpu, 's'),
  figure('recovery: bare reading of the same files, for each GB', rows.bare, 's'),
  figure('recovery: checked / bare', rows.ratio, 'ratio'),
  figure('recovery: records in it', [size.records], 'count'),
  figure('recovery: bytes of a record', [size.bytes / size.records], 'bytes'),
  figure(`append: results that become durable in a second, ${SESSIONS} sessions`, rows.rate, '1/s'),
  figure('append: until durable, p50', rows.p50, 'ms'),
  figure('append: until durable, p99', rows.p99, 'ms'),
];
if (values.smoke) show(figures);
else keep('outbox', figures, 'npm run bench:outbox');
