// What the real service said of the sample call, and the same again at other times of other conversations.
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from '../../packages/client/dist/index.js';
import { DEVELOPMENT_KEY } from '../../dist/config/config.js';
import { readSampleCall } from '../../dist/demo/sample-call.js';

/** A piece of voice is full, and can be sent, so long after its beginning. */
const PIECE_MS = 100;

/**
 * Plays the sample call at `pace`, a piece of voice when a microphone would have it, and gives {events, startMs}: all durable events,
 * and when its media began (wall clock, ms).
 */
export async function recordCall(url, { pace = 1, seconds = Infinity } = {}) {
  const call = readSampleCall('sample');
  const session = await connect({
    url,
    apiKey: DEVELOPMENT_KEY,
    pace,
    streams: [...call.streams],
    session: {
      ...{ channel: 'video', language: call.language, team: 'billing', queue: 'disputes', agentId: 'sample' },
      consent: { analysis: true },
    },
  });
  const startMs = performance.timeOrigin + performance.now();
  const sent = play(session, call, { pace, endMs: seconds * 1000 });
  const events = [];
  for await (const { type, event } of session) if (type === 'result') events.push(event);
  await sent;
  return { events, startMs };
}

async function play(session, { streams, cues }, { pace, endMs }) {
  const voices = new Set(streams.filter(({ kind }) => kind === 'voice').map(({ streamId }) => streamId));
  const due = cues
    .map((cue) => ({ cue, dueMs: cue.ptsMs + (voices.has(cue.streamId) ? PIECE_MS : 0) }))
    .sort((a, b) => a.dueMs - b.dueMs);
  const begunMs = performance.now();
  for (const { cue, dueMs } of due) {
    if (dueMs > endMs) break;
    const waitMs = begunMs + dueMs / pace - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (cue.kind === 'chat') session.chat({ party: cue.party, text: cue.text, ptsMs: cue.ptsMs });
    else session.send(cue.streamId, cue.payload, cue.ptsMs).catch(() => {});
  }
  await session.end();
}

export const keepRecording = (file, events) => writeFileSync(file, JSON.stringify(events));

/** {started, ended, results: [{atMs, type, data}], durationMs}: `atMs` is the media time at which each was known, in order. */
export function readRecording(file) {
  const events = JSON.parse(readFileSync(file, 'utf8'));
  const of = (wanted) => events.find(({ type }) => type === `rapport.session.${wanted}`).data;
  const results = [];
  let atMs = 0;
  for (const { type, data } of events) {
    if (!Object.hasOwn(NATURAL_KEYS, type)) continue;
    // what is said late is known by then: the order of the log is kept
    atMs = Math.max(atMs, data.windowEndMs ?? data.endMs ?? data.mediaMs ?? 0);
    results.push({ atMs, type, data });
  }
  return { started: of('started'), ended: of('ended'), results, durationMs: of('ended').durationMs };
}

/** As the table of packages/protocol has them; other events say nothing that a wall shows. */
const NATURAL_KEYS = {
  'rapport.window.assessed': ({ windowEndMs }) => [windowEndMs],
  'rapport.transcript.final': ({ stream, startMs }) => [stream, startMs],
  'rapport.alert.raised': alertKey,
  'rapport.alert.updated': alertKey,
  'rapport.alert.cleared': alertKey,
};

function alertKey({ ruleId, onsetWindowEndMs, revision }) {
  return [ruleId, onsetWindowEndMs, revision];
}

/** Fields that are a moment of the call; durations stay as they are. */
const MOMENTS = new Set(['windowStartMs', 'windowEndMs', 'startMs', 'endMs', 'onsetWindowEndMs', 'firstMs', 'lastMs']);

/** A result as it is told `byMs` later in the `round`th time of the same call. */
export function laterBy(byMs, round, { type, data }) {
  const moved = JSON.parse(JSON.stringify(data), (key, value) => {
    if (MOMENTS.has(key)) return Math.max(0, value + byMs);
    return key === 'utteranceId' ? `${value}-${round}` : value;
  });
  return { type, naturalKey: NATURAL_KEYS[type](moved), data: moved };
}
