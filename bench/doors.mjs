// `npm run bench:doors`: what a message of 20 ms costs at the door of each foreign protocol. The service runs with a pipeline
// that does nothing, so what is measured is the door; beside it a bare `ws` server gets the same messages and counts them.
// The generator has a core of its own.
import { parseArgs } from 'node:util';
import { CALLERS, DOOR_ENV } from './doors/callers.mjs';
import { figure, keep, show } from './figures.mjs';
import { startBareSockets, startQuietService } from './processes.mjs';
import { sleep, spread } from './resume/raw-session.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    sessions: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '2' },
    smoke: { type: 'boolean', default: false },
  },
});
const runs = values.smoke ? 1 : Number(values.runs);
const count = values.smoke ? 10 : Number(values.sessions);
const forMs = values.smoke ? 300 : 1000 * Number(values.seconds);
/** Its messages are JSON with base64 in it; those of the others are as they are. */
const TARGETS = { Twilio: { atMost: 5 } };

const env = { BENCH_PIPELINE: 'null', RAPPORT_MAX_SESSIONS: String(Object.keys(CALLERS).length * count), ...DOOR_ENV };
const service = await startQuietService(0, env);
const bare = await startBareSockets(0);
const figures = [];
for (const [name, { open, openBare }] of Object.entries(CALLERS)) {
  const micros = { bare: [], door: [] };
  const ends = {
    bare: await many(() => openBare(bare.url)),
    door: await many(() => open(service.first)),
  };
  // The first round warms both up.
  for (let run = -1; run < runs; run += 1) {
    for (const [side, child] of [
      ['bare', bare],
      ['door', service],
    ]) {
      await child.ask('mark');
      const sent = await spread(count, 20, forMs, (i) => ends[side][i].send());
      await sleep(100);
      const { frames, cpuMs } = await child.ask('report');
      if (frames !== sent) throw new Error(`${name}: the ${side} end got ${frames} of ${sent} messages`);
      if (run >= 0) micros[side].push((1000 * cpuMs) / frames);
    }
  }
  for (const { end } of [...ends.bare, ...ends.door]) end();
  const ratios = micros.door.map((each, i) => each / micros.bare[i]);
  figures.push(
    figure(`${name}: CPU of a message of 20 ms`, micros.door, 'us'),
    figure(`${name}: in a bare ws server`, micros.bare, 'us'),
    figure(`${name}: against bare`, ratios, 'ratio', TARGETS[name]),
  );
}
await Promise.all([service.stop(), bare.stop()]);
if (values.smoke) show(figures);
else keep('doors', figures, 'npm run bench:doors');

/** A few at a time: the door lets in 200 a second of one address. */
async function many(open) {
  const all = [];
  for (let i = 0; i < count; i += 1) {
    all.push(await open());
    if (i % 10 === 9) await sleep(70);
  }
  await sleep(200);
  return all;
}
