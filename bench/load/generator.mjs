// The load generator, a process of its own on its own core. Told over IPC: one message with everything; says {measuring},
// {measured} and at the end one report.
import { DEVELOPMENT_KEY } from '../../dist/config/config.js';
import { watchCore } from './core-use.mjs';
import { LoadSession } from './load-session.mjs';
import { openLoop } from './open-loop.mjs';
import { percentiles } from './percentiles.mjs';
import { planLoad } from './plan.mjs';
import { readRecordings } from './recordings.mjs';

/** From the order to the first arrival. */
const LEAD_MS = 300;

export function lengthsOf(recordings) {
  const ms = (stretches) => stretches.map((samples) => samples.length / 16);
  return {
    customer: ms(recordings.customer),
    agent: ms(recordings.agent),
    stills: recordings.stills.length,
    messages: recordings.messages.length,
  };
}

async function generate({
  url,
  apiKey = DEVELOPMENT_KEY,
  folder,
  language,
  core,
  measureFromMs,
  measureToMs,
  ...load
}) {
  const recordings = readRecordings(folder);
  const plans = planLoad({ ...load, lengths: lengthsOf(recordings) });
  const startMs = performance.now() + LEAD_MS;
  const options = { url, apiKey, language, chunkMs: load.mix.chunkMs, startMs };
  const sessions = plans.map((plan) => new LoadSession(plan, recordings, options));
  let endWatch;
  let use;
  const marks = [
    {
      atMs: measureFromMs,
      act: () => {
        endWatch = watchCore(core);
        process.send({ measuring: true });
      },
    },
    {
      atMs: measureToMs,
      act: () => {
        use = endWatch();
        process.send({ measured: true });
      },
    },
  ];
  const sent = await openLoop([...sessions.flatMap((session) => session.items()), ...marks], startMs);
  await Promise.all(sessions.map((session) => session.ended()));

  const isMeasured = ({ atMs }) => atMs >= measureFromMs && atMs < measureToMs;
  const measured = (list) => sessions.flatMap((session) => session[list]).filter(isMeasured);
  const seen = {};
  for (const session of sessions)
    for (const [type, n] of Object.entries(session.seen)) seen[type] = (seen[type] ?? 0) + n;
  return {
    assessments: measured('assessments'),
    finals: measured('finals'),
    sendLateMs: percentiles(sent.filter(isMeasured).map(({ lateMs }) => lateMs)),
    heldMs: percentiles(sessions.flatMap((session) => session.heldMs)),
    use,
    seen,
    problems: sessions.flatMap((session) => session.problems),
  };
}

process.once('message', async (order) => {
  process.send({ report: await generate(order) });
  process.disconnect();
});
