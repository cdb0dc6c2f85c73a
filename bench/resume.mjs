// `npm run bench:resume`: what the door costs and withstands. CPU of a frame against a bare `ws` server, memory and CPU of a
// session, the time to come back, one and a thousand at once, and what a fault of some sessions costs the others.
// `--only NAME` measures one part and leaves the other figures as they are.
import { parseArgs } from 'node:util';
import { keep, kept, show } from './figures.mjs';
import { comeBack, frameCost, sessionCost } from './resume/door-cost.mjs';
import { neighbours } from './resume/neighbours.mjs';

const { values } = parseArgs({
  options: { only: { type: 'string' }, smoke: { type: 'boolean', default: false } },
});
const { smoke } = values;
const parts = {
  frames: () => frameCost(smoke ? { runs: 1, sessions: 10, ms: 300 } : { runs: 5, sessions: 50, ms: 2000 }),
  sessions: () => sessionCost(smoke ? { idle: 20, active: 5, ms: 1500 } : { idle: 400, active: 50, ms: 10_000 }),
  resume: () => comeBack(smoke ? { sessions: 20, tries: 20 } : { sessions: 1000, tries: 300 }),
  // One session: where encoders take 350 ms of CPU a second, two and their transcripts leave a core nothing for a fault.
  neighbours: () => neighbours({ runs: smoke ? 1 : 5, rounds: smoke ? 1 : 2, phaseMs: 6000, sessions: 1 }),
};
const wanted = values.only === undefined ? Object.keys(parts) : values.only.split(',');
const figures = [];
for (const name of wanted) figures.push(...(await parts[name]()));
if (smoke) show(figures);
else {
  const measured = new Set(figures.map(({ id }) => id));
  const others = values.only === undefined ? [] : kept('resume').filter(({ id }) => !measured.has(id));
  keep('resume', [...others, ...figures], 'npm run bench:resume');
}
