// Live sessions in a process of its own: the sample call, a part of it, at real pace, each session a little later than
// the one before, so that their windows do not end together. Prints one JSON line when all have ended.
import { parseArgs } from 'node:util';
import { connect } from '../packages/client/dist/index.js';
import { DEVELOPMENT_KEY } from '../dist/config/config.js';
import { play } from '../dist/demo/play.js';
import { readSampleCall } from '../dist/demo/sample-call.js';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    sessions: { type: 'string', default: '4' },
    'from-ms': { type: 'string', default: '0' },
    'to-ms': { type: 'string', default: '40000' },
    'stagger-ms': { type: 'string', default: '270' },
  },
});
const fromMs = Number(values['from-ms']);
const toMs = Number(values['to-ms']);
const whole = readSampleCall('sample');
const call = {
  ...whole,
  durationMs: toMs - fromMs,
  cues: whole.cues
    .filter((cue) => cue.ptsMs >= fromMs && cue.ptsMs < toMs)
    .map((cue) => ({ ...cue, ptsMs: cue.ptsMs - fromMs })),
};

async function converse(index) {
  await new Promise((resolve) => setTimeout(resolve, index * Number(values['stagger-ms'])));
  const session = await connect({
    url: values.url,
    apiKey: DEVELOPMENT_KEY,
    streams: [...call.streams],
    session: { channel: 'video', language: call.language, consent: { analysis: true } },
  });
  const sent = play(session, call, 1).then(() => session.end());
  const seen = {};
  for await (const message of session) {
    const type = message.event?.type ?? message.code;
    seen[type] = (seen[type] ?? 0) + 1;
  }
  await sent;
  return seen;
}

const sessions = await Promise.all(Array.from({ length: Number(values.sessions) }, (_, index) => converse(index)));
console.log(JSON.stringify({ sessions, conversationSeconds: (sessions.length * call.durationMs) / 1000 }));
