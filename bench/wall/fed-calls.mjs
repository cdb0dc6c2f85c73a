// Conversations made of recorded results, put into the log of a service as a pipeline does it.
import { randomUUID } from 'node:crypto';
import { laterBy } from './recorded-call.mjs';

const TEAMS = ['billing', 'retention', 'support', 'sales'];
/** Results that are due are put there so often, ms. */
const FEED_EVERY_MS = 20;

/** One of them: it begins somewhere in the recording and goes round in it until `lengthMs` of it were told. */
class FedCall {
  #round = 0;
  #next = 0;

  /** @param beganAtMs by `performance.now()`; in the past of a call that goes on already */
  constructor({ store, recording, tenant, index, lengthMs, pace, beganAtMs }) {
    Object.assign(this, { store, recording, lengthMs, pace, beganAtMs });
    this.identity = { tenant, sessionId: randomUUID() };
    this.offsetMs = (index * 7919) % recording.durationMs;
    this.#next = recording.results.findIndex(({ atMs }) => atMs >= this.offsetMs);
    if (this.#next < 0) [this.#next, this.#round] = [0, 1];
    this.startedAt = new Date(Date.now() - (performance.now() - beganAtMs) * pace).toISOString();
    const team = TEAMS[index % TEAMS.length];
    this.session = { ...recording.started.session, agentId: `Agent ${index + 1}`, team, queue: `${team} ${index % 3}` };
    this.#put('rapport.session.started', ['started'], this.#about(recording.started));
  }

  /** Everything that is known by now. True: it is over, and said so. */
  tell(nowMs) {
    const mediaMs = Math.min(this.lengthMs, (nowMs - this.beganAtMs) * this.pace);
    const { results, durationMs, ended } = this.recording;
    for (;;) {
      const result = results[this.#next];
      const byMs = this.#round * durationMs - this.offsetMs;
      if (result.atMs + byMs > mediaMs) break;
      const { type, naturalKey, data } = laterBy(byMs, this.#round, result);
      this.#put(type, naturalKey, data);
      this.#next += 1;
      if (this.#next < results.length) continue;
      this.#next = 0;
      this.#round += 1;
    }
    if (mediaMs < this.lengthMs) return false;
    this.#put('rapport.session.ended', ['ended'], { ...this.#about(ended), durationMs: this.lengthMs });
    return true;
  }

  #about(data) {
    return { ...data, session: this.session, startedAt: this.startedAt };
  }

  #put(type, naturalKey, data) {
    this.last = this.store.append(this.identity, { type, naturalKey, data });
    this.last.catch((error) => {
      console.error(error);
      process.exit(1);
    });
  }
}

/** So many at any time, spread over their length: where one ends another begins. */
export class FedCalls {
  #calls = [];
  #timer;

  constructor({ count, ...parts }) {
    this.count = count;
    this.spanMs = parts.lengthMs / parts.pace;
    this.begin = (index, beganAtMs) => new FedCall({ ...parts, index, beganAtMs });
  }

  /** Resolves when the past of all is in the log. */
  async start() {
    for (let i = 0; i < this.count; i += 1) {
      const call = this.begin(i, performance.now() - ((i + 0.5) / this.count) * this.spanMs);
      call.tell(performance.now());
      this.#calls.push(call);
      await call.last;
    }
    this.#feed();
  }

  #feed() {
    const nowMs = performance.now();
    this.#calls = this.#calls.map((call, index) => (call.tell(nowMs) ? this.begin(index, nowMs) : call));
    this.#timer = setTimeout(() => this.#feed(), FEED_EVERY_MS);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}

/** So many that are over: resolves when all are in the log. */
export async function feedHistory({ count, ...parts }) {
  for (let i = 0; i < count; i += 1) {
    const call = new FedCall({ ...parts, pace: 1, index: i, beganAtMs: performance.now() - parts.lengthMs });
    call.tell(performance.now());
    await call.last;
  }
}
