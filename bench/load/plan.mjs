// The load, fixed before it begins: which sessions, when each arrives, what each sends at which moment. Open loop: nothing
// that the service does moves an intended time, so its delays are seen and not hidden (coordinated omission).
import { seeded } from './random.mjs';

/** What the sessions are like. Shares are of sessions; `talk` of a conversation's time in which somebody speaks. */
export const DEFAULT_MIX = {
  voice: 1,
  chat: 1 / 3,
  video: 1 / 2,
  talk: 0.75,
  /** Of the talk, the customer's part. */
  customer: 0.5,
  chunkMs: 100,
  stillsPerSecond: 2,
  /** Between the messages of a session with chat, mean. */
  messageEveryMs: 20_000,
};

/**
 * @param lengths count of stretches of each party and their lengths: { customer: [ms], agent: [ms], stills, messages }
 * @returns sessions {arrivalMs, endMs, streams, turns, sends}; `sends` in the order of their intended time
 */
export function planLoad({ seed, sessions, rampMs, endMs, mix, lengths }) {
  return Array.from({ length: sessions }, (_, index) => {
    // a session is the same one however many others there are: runs of different size share their load
    const random = (part) => seeded(seed, index, part);
    const arrivalMs = ((index + random(1).uniform()) / sessions) * rampMs;
    const has = chosen(mix, index);
    const durationMs = endMs - arrivalMs;
    const turns = has.voice ? planTurns(random(2), mix, lengths, durationMs) : [];
    const sends = [
      ...(has.voice ? voiceSends(mix, durationMs) : []),
      ...(has.video ? stillSends(random(3), mix, lengths.stills, durationMs) : []),
      ...(has.chat ? messageSends(random(4), mix, lengths.messages, durationMs) : []),
    ].sort((a, b) => a.atMs - b.atMs);
    return { index, arrivalMs, endMs, has, turns, sends };
  });
}

/** Even shares: of any ten sessions in a row, three have what a share of 0.3 says. Offsets keep the choices apart. */
function chosen(mix, index) {
  const takes = (share, offset) => Math.floor((index + 1) * share + offset) > Math.floor(index * share + offset);
  const [voice, video, chat] = [takes(mix.voice, 0), takes(mix.video, 0.5), takes(mix.chat, 0.34)];
  return { voice, video, chat: chat || !(voice || video) };
}

/** Parties take turns; who is behind its part of the talk speaks next, and pauses make up the silence. */
function planTurns(random, mix, lengths, durationMs) {
  const turns = [];
  const talked = { customer: 0, agent: 0 };
  for (let atMs = random.uniform() * 2000; atMs < durationMs;) {
    const behind = talked.customer * (1 - mix.customer) - talked.agent * mix.customer;
    const party =
      behind === 0 ? (random.uniform() < mix.customer ? 'customer' : 'agent') : behind < 0 ? 'customer' : 'agent';
    const stretch = Math.floor(random.uniform() * lengths[party].length);
    const turnMs = lengths[party][stretch];
    turns.push({ party, stretch, startMs: atMs, endMs: atMs + turnMs });
    talked[party] += turnMs;
    atMs += turnMs + random.exponential((turnMs * (1 - mix.talk)) / mix.talk);
  }
  return turns;
}

/** A microphone hands a piece over when it is full: it is due at its end, and stamped with its beginning. */
function voiceSends({ chunkMs }, durationMs) {
  return Array.from({ length: Math.floor(durationMs / chunkMs) }, (_, i) => i * chunkMs).flatMap((ptsMs) =>
    ['customer', 'agent'].map((party) => ({ kind: 'voice', party, ptsMs, atMs: ptsMs + chunkMs })),
  );
}

function stillSends(random, { stillsPerSecond }, stills, durationMs) {
  const everyMs = 1000 / stillsPerSecond;
  const [firstMs, first] = [random.uniform() * everyMs, Math.floor(random.uniform() * stills)];
  return Array.from({ length: Math.ceil((durationMs - firstMs) / everyMs) }, (_, i) => {
    const ptsMs = firstMs + i * everyMs;
    return { kind: 'still', still: (first + i) % stills, ptsMs, atMs: ptsMs };
  });
}

function messageSends(random, { messageEveryMs }, messages, durationMs) {
  const sends = [];
  for (let atMs = random.exponential(messageEveryMs); atMs < durationMs; atMs += random.exponential(messageEveryMs)) {
    sends.push({ kind: 'message', message: Math.floor(random.uniform() * messages), ptsMs: atMs, atMs });
  }
  return sends;
}
