// The lines of `npm run bench:hour`, in a process of their own: the sample call again and again at real pace, on some
// lines as one session without end, on the others as one session a call. Ends after `--minutes`; prints one JSON line.
import { parseArgs } from 'node:util';
import { connect } from '../packages/client/dist/index.js';
import { DEVELOPMENT_KEY } from '../dist/config/config.js';
import { play } from '../dist/demo/play.js';
import { readSampleCall } from '../dist/demo/sample-call.js';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    minutes: { type: 'string' },
    endless: { type: 'string', default: '2' },
    repeating: { type: 'string', default: '2' },
  },
});
const totalMs = Number(values.minutes) * 60_000;
const startMs = performance.now();
const call = readSampleCall('sample');
const seen = { sessions: 0, assessments: 0, finals: 0, errors: 0, incomplete: 0 };

/** Calls one after the other on one clock. */
function* longCall(durationMs) {
  for (let fromMs = 0; fromMs < durationMs; fromMs += call.durationMs) {
    for (const cue of call.cues) {
      if (fromMs + cue.ptsMs >= durationMs) return;
      yield { ...cue, ptsMs: fromMs + cue.ptsMs };
    }
  }
}

async function converse(durationMs) {
  const session = await connect({
    url: values.url,
    apiKey: DEVELOPMENT_KEY,
    streams: [...call.streams],
    session: { channel: 'video', language: call.language, consent: { analysis: true } },
  });
  seen.sessions += 1;
  const sent = play(session, { ...call, cues: longCall(durationMs) }, 1).then(() => session.end());
  for await (const message of session) {
    if (message.type === 'error') seen.errors += 1;
    const { type, data } = message.event ?? {};
    if (type === 'rapport.window.assessed') seen.assessments += 1;
    if (type === 'rapport.transcript.final') seen.finals += 1;
    if (type === 'rapport.session.ended' && data.incomplete) seen.incomplete += 1;
  }
  await sent;
}

async function line(index, isEndless) {
  await new Promise((resolve) => setTimeout(resolve, index * 270));
  for (let leftMs = totalMs; leftMs > 1000; leftMs = totalMs - (performance.now() - startMs)) {
    await converse(isEndless ? leftMs : Math.min(leftMs, call.durationMs));
  }
}

const endless = Number(values.endless);
await Promise.all(Array.from({ length: endless + Number(values.repeating) }, (_, i) => line(i, i < endless)));
console.log(JSON.stringify(seen));
