import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { StreamFact } from '../facts/stream-fact';
import { SessionStreams } from './session-streams';
import { streamOptions, type StreamOptions } from './stream-options';
import { EnergyPool } from './testing/energy-pool';
import { ScriptedClock } from './testing/scripted-clock';
import { AGENT, join, silence, speech, still, VIDEO, VOICE } from './testing/session-script';

interface Told {
  /** With a digest in the place of sound. */
  readonly fact: StreamFact;
  readonly atMs: number;
}

interface Live {
  readonly voice: Int16Array;
  readonly agent?: Int16Array;
  readonly frameMs: number;
  readonly options?: Partial<StreamOptions>;
  readonly partials?: boolean;
  /** A turn for each frame, whether or not it is worth one. */
  readonly turnsAlways?: boolean;
}

const JOINED = {
  kind: 'updated',
  update: 'participant',
  mediaMs: 0,
  detail: { action: 'joined', party: 'agent' },
} as const;

/** Sound is compared by its digest: 16,000 samples a second of each voice. */
function digested<T>(value: T): T {
  if (value instanceof Int16Array) return createHash('sha1').update(value).digest('hex') as T;
  if (Array.isArray(value)) return value.map(digested) as T;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, digested(part)])) as T;
}

/** A live conversation in frames of both parties and two stills a second, to its end. */
async function live({ voice, agent, frameMs, options, partials, turnsAlways }: Live) {
  const clock = new ScriptedClock(5000);
  const pool = new EnergyPool();
  let turns = 0;
  const soon = (task: () => void): void => {
    turns += 1;
    task();
  };
  const streams = new SessionStreams(
    { sessionId: 's-1', streams: [VOICE, AGENT, VIDEO], pace: 1, partials },
    { clock, pool, options: streamOptions(options), soon },
  );
  const told: Told[] = [];
  streams.facts$.subscribe((fact) => {
    told.push({ fact: digested(fact), atMs: clock.nowMs() - 5000 });
    if (fact.kind === 'hop' || fact.kind === 'utterance' || fact.kind === 'utterance-open') streams.settle(fact);
  });
  const at = [0, 0, 0].map(() => ({ seq: 0, byteOffset: 0 }));
  const send = (stream: typeof VOICE, bytes: Uint8Array, ptsMs: number): void => {
    const place = at[stream.streamId - 1]!;
    const { streamId } = stream;
    const verdict = streams.media({
      streamId,
      ...place,
      ptsMs,
      bytes,
      init: false,
      endOfStream: false,
      discontinuity: false,
    });
    if (!verdict.ok) throw new Error(verdict.message);
    place.seq += 1;
    place.byteOffset += bytes.length;
  };
  const frame = (pcm: Int16Array | undefined, fromMs: number): Uint8Array =>
    new Uint8Array((pcm ?? silence(fromMs + frameMs)).slice(fromMs * 16, (fromMs + frameMs) * 16).buffer);
  const jobs = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const lengthMs = Math.floor(voice.length / 16 / frameMs) * frameMs;
  for (let ms = 0; ms < lengthMs; ms += frameMs) {
    clock.advance(frameMs);
    send(VOICE, frame(voice, ms), ms);
    send(AGENT, frame(agent, ms), ms);
    if (Math.floor(ms / 500) !== Math.floor((ms - frameMs) / 500)) send(VIDEO, still(), ms);
    if (turnsAlways) streams.participant(JOINED, true);
    await jobs();
  }
  const frames = { turns, jobs: pool.jobs.length, seconds: lengthMs / 1000 };
  streams.end();
  for (let i = 0; i < 2000 && told.at(-1)?.fact.kind !== 'ended'; i += 1) await jobs();
  return { told, lengthMs, ...frames };
}

const ofKind = <K extends StreamFact['kind']>(told: readonly Told[], kind: K) =>
  told.flatMap(({ fact, atMs }) =>
    fact.kind === kind ? [{ fact: fact as Extract<StreamFact, { kind: K }>, atMs }] : [],
  );
const hopsOf = (told: readonly Told[]) => ofKind(told, 'hop').map(({ fact: { releasedAtMs: _, ...hop } }) => hop);
const utterancesOf = (told: readonly Told[]) => ofKind(told, 'utterance').map(({ fact }) => fact);

const stretches = fc.array(fc.record({ isLoud: fc.boolean(), ms: fc.integer({ min: 40, max: 1500 }) }), {
  minLength: 1,
  maxLength: 6,
});
const soundOf = (parts: readonly { isLoud: boolean; ms: number }[]): Int16Array =>
  join(...parts.map(({ isLoud, ms }, i) => (isLoud ? speech(ms, i) : silence(ms))));
const padded = (pcm: Int16Array, samples: number): Int16Array => {
  const all = new Int16Array(samples);
  all.set(pcm.subarray(0, samples));
  return all;
};

/** What voice activity may wait for its frames, ms. */
const LEAST_BATCH_MS = 7 * 32;

describe('voice activity in batches', () => {
  it('asks for somebody who talks on twice a second', async () => {
    const voice = join(speech(9300), silence(1700));
    const { told, jobs, seconds } = await live({ voice, frameMs: 20 });
    expect(jobs / seconds).toBeLessThan(2.5);
    const ends = ofKind(told, 'utterance').map(({ fact, atMs }) => [Math.round(fact.endMs / 100), atMs]);
    expect(ends).toEqual([[96, expect.any(Number)]]);
    expect(ends[0]![1]).toBeLessThanOrEqual(9300 + 600 + LEAST_BATCH_MS + 40);
  });

  it('tells open utterances as often as before', async () => {
    const voice = join(speech(6000), silence(1000));
    const parts = ofKind((await live({ voice, frameMs: 20, partials: true })).told, 'utterance-open');
    const small = await live({ voice, frameMs: 20, partials: true, options: { maxBatchFrames: 7 } });
    expect(parts.map(({ fact }) => fact)).toEqual(ofKind(small.told, 'utterance-open').map(({ fact }) => fact));
    for (const { fact, atMs } of parts) expect(atMs - fact.endMs).toBeLessThanOrEqual(LEAST_BATCH_MS + 40);
  });

  it('hears the same as in small batches, and nothing much later', () =>
    fc.assert(
      fc.asyncProperty(stretches, stretches, fc.constantFrom(20, 60, 100), async (customer, other, frameMs) => {
        const voice = soundOf(customer);
        const agent = padded(soundOf(other), voice.length);
        const small = await live({ voice, agent, frameMs, options: { maxBatchFrames: 7 } });
        const large = await live({ voice, agent, frameMs });
        expect(hopsOf(large.told)).toEqual(hopsOf(small.told));
        const sorted = (told: readonly Told[]) =>
          utterancesOf(told).sort((a, b) => a.startMs - b.startMs || a.streamName.localeCompare(b.streamName));
        expect(sorted(large.told)).toEqual(sorted(small.told));
        const lateMs = 300 + LEAST_BATCH_MS + 32 + frameMs;
        for (const { fact, atMs } of ofKind(large.told, 'utterance')) {
          expect(atMs).toBeLessThanOrEqual(Math.min(large.lengthMs, fact.endMs + lateMs));
        }
        expect(large.jobs).toBeLessThanOrEqual(small.jobs);
      }),
      { numRuns: 60 },
    ));
});

describe('turns of a session', () => {
  it('takes few for what live streams send', async () => {
    const { turns, seconds } = await live({ voice: join(speech(4000), silence(2000), speech(4000)), frameMs: 20 });
    expect(turns / seconds).toBeLessThan(10); // of 102 frames
  });

  it('tells the same at the same time as with a turn for each frame', () =>
    fc.assert(
      fc.asyncProperty(stretches, stretches, fc.constantFrom(20, 60, 100), async (customer, other, frameMs) => {
        const voice = soundOf(customer);
        const agent = padded(soundOf(other), voice.length);
        const always = await live({ voice, agent, frameMs, turnsAlways: true });
        const { told } = await live({ voice, agent, frameMs });
        expect(told).toEqual(always.told);
      }),
      { numRuns: 60 },
    ));
});
