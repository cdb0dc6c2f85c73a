import { join } from 'node:path';
import type { EventType } from '@rapport-live/protocol';
import { EMPTY } from 'rxjs';
import type { ResultStore } from '../../src/delivery/result-feed';
import type { SessionIdentity, SessionResult } from '../../src/delivery/session-result';
import type { StreamSpec } from '../../src/facts/media-chunk';
import { NO_METER } from '../../src/facts/meter';
import type { Conversation } from '../../src/pipeline/conversation';
import { conversationFactory } from '../../src/pipeline/conversation-factory';
import { loadFusionAssets } from '../../src/pipeline/fusion-assets';
import { RawText } from '../../src/redaction/redaction';
import { streamOptions } from '../../src/streams/stream-options';
import { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { AGENT, still, VIDEO, VOICE } from '../../src/streams/testing/session-script';
import { bytesOf, silence, square } from '../support/sound';
import { CheapPool } from './cheap-pool';
import { heldBytes } from './memory';
import type { Hour, Simulated } from './simulated.spec';

const HOURS = Number(process.argv[2]);
const HOUR_MS = 3600_000;
const STEP_MS = 500;
/** The script repeats every minute, so that every hour is the same work. */
const MINUTE_MS = 60_000;

/** The streams of each call. The last has windows with nothing new, and so heartbeats. */
const CALLS: readonly (readonly StreamSpec[])[] = [[VOICE, AGENT, VIDEO], [VOICE, AGENT], [VOICE, VIDEO], [VOICE]];

/** Speech of each party within the minute, [from, to) ms. The last words end with the minute: something is new then. */
const SPEECH: Readonly<Record<number, readonly (readonly [number, number])[]>> = {
  1: [
    [0, 6000],
    [30_000, 34_000],
    [57_000, 60_000],
  ],
  2: [
    [6500, 12_000],
    [36_000, 41_000],
  ],
};
const LOUD = bytesOf(square(STEP_MS));
const QUIET = bytesOf(silence(STEP_MS));
const STILLS = Array.from({ length: 10 }, (_, i) => still(640, 480, i + 1));

/** Keeps counts and nothing else. */
class CountingStore implements ResultStore {
  readonly counts: Partial<Record<EventType, number>> = {};
  readonly lastWindowEndMs = new Map<string, number>();
  readonly durationMs = new Map<string, number>();

  async append({ sessionId }: SessionIdentity, result: SessionResult): Promise<null> {
    this.counts[result.type] = (this.counts[result.type] ?? 0) + 1;
    if (result.type === 'rapport.window.assessed') {
      const { windowEndMs, windowStartMs } = result.data;
      if (windowEndMs % 1000 !== 0 || windowEndMs - windowStartMs > 4000) throw new Error(`a window at ${windowEndMs}`);
      this.lastWindowEndMs.set(sessionId, windowEndMs);
    }
    if (result.type === 'rapport.session.ended') this.durationMs.set(sessionId, result.data.durationMs);
    return null;
  }
  lastSeq = () => 0;
  room = () => undefined;
  subscribe = () => EMPTY;
  close = async () => {};
  unfinished = () => [];
}

/** One side of a call that never drifts: media time is the count of what was sent. */
class Sender {
  private readonly sent = new Map<number, { seq: number; byteOffset: number }>();

  constructor(
    private readonly conversation: Conversation,
    private readonly streams: readonly StreamSpec[],
  ) {}

  step(ptsMs: number): void {
    const atMs = ptsMs % MINUTE_MS;
    for (const { streamId, kind } of this.streams) {
      if (kind === 'voice') {
        const speaks = SPEECH[streamId]!.some(([from, to]) => atMs >= from && atMs < to);
        this.send(streamId, ptsMs, speaks ? LOUD : QUIET);
      } else if (atMs % 1000 === 0) this.send(streamId, ptsMs, STILLS[(atMs / 1000) % STILLS.length]!);
    }
    if (atMs === 20_000) {
      this.conversation.chat({ party: 'customer', text: new RawText('where is my order 12345?'), ptsMs });
    }
  }

  private send(streamId: number, ptsMs: number, bytes: Uint8Array): void {
    const at = this.sent.get(streamId) ?? { seq: 0, byteOffset: 0 };
    const verdict = this.conversation.media({
      streamId,
      ...at,
      ptsMs,
      endOfStream: false,
      init: false,
      discontinuity: false,
      bytes,
    });
    if (!verdict.ok) throw new Error(verdict.message);
    at.seq += 1;
    at.byteOffset += bytes.length;
    this.sent.set(streamId, at);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs the hours and prints what `simulated.spec.ts` judges, as JSON: a process of its own has a heap of its own. */
async function main(): Promise<Simulated> {
  const pool = new CheapPool();
  const store = new CountingStore();
  const clock = new ScriptedClock(1234.5);
  const faults: string[] = [];
  const assets = await loadFusionAssets(join(__dirname, '../../models'));
  const onFault = (error: unknown): void => void faults.push(String(error));
  const options = streamOptions();
  const create = conversationFactory({ clock, pool, store, assets, options, meter: NO_METER, onFault });
  const calls = CALLS.map((streams, i) => {
    const session = { channel: 'video' as const, language: 'en', consent: { analysis: true } };
    const identity = { tenant: 'soak', sessionId: `session-${i}` };
    const start = { type: 'session.start' as const, pace: 1, partials: false, streams: [...streams], session };
    const conversation = create(identity, start, streams);
    let heartbeats = 0;
    conversation.results.ephemeral$.subscribe(() => (heartbeats += 1));
    return { conversation, sender: new Sender(conversation, streams), heartbeats: () => heartbeats };
  });

  const hours: Hour[] = [];
  let before: Counts = { jobs: {}, results: {} };
  for (let hour = 0; hour < HOURS; hour += 1) {
    const cpu = process.cpuUsage();
    for (let ptsMs = hour * HOUR_MS; ptsMs < (hour + 1) * HOUR_MS; ptsMs += STEP_MS) {
      clock.advance(STEP_MS);
      for (const { sender } of calls) sender.step(ptsMs);
      await turn();
    }
    const cpuMs = process.cpuUsage(cpu).user / 1000;
    const heartbeats = calls.reduce((all, call) => all + call.heartbeats(), 0);
    const now = { jobs: { ...pool.counts }, results: { ...store.counts, heartbeats } };
    hours.push({
      jobs: difference(now.jobs, before.jobs),
      results: difference(now.results, before.results),
      heldBytes: await heldBytes(),
      cpuMs,
      timers: clock.pendingTimers,
    });
    before = now;
  }
  await Promise.all(calls.map(({ conversation }) => conversation.end({ reason: 'ended' })));
  return {
    hours,
    faults,
    lastWindowEndMs: [...store.lastWindowEndMs.values()],
    durationMs: [...store.durationMs.values()],
    timersLeft: clock.pendingTimers,
  };
}

interface Counts {
  readonly jobs: Record<string, number>;
  readonly results: Record<string, number>;
}

function difference(now: Record<string, number>, before: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(now).map(([name, count]) => [name, count - (before[name] ?? 0)]));
}

main().then(
  (simulated) => process.stdout.write(JSON.stringify(simulated)),
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
