import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { AGENT, SessionScript, VIDEO, VOICE, join, silence, speech, still } from './testing/session-script';

/** The same call, cut into frames of these sizes (samples). */
async function play(pcm: Int16Array, sizes: readonly number[], answers: 'at once' | 'late') {
  const s = new SessionScript({ options: { maxUtteranceMs: 3000 } });
  s.pool.holding = answers === 'late';
  let at = 0;
  for (let i = 0; at < pcm.length; i += 1) {
    const size = Math.min(sizes[i % sizes.length]!, pcm.length - at);
    expect(s.send(1, pcm.subarray(at, at + size), at / 16)).toEqual({ ok: true });
    at += size;
    if (i % 3 === 0) s.pool.answerAll();
    await s.jobs();
  }
  s.pool.holding = false;
  s.pool.answerAll();
  await s.end();
  const hops = s.hops.map(({ voices, ...hop }) => ({ ...hop, releasedAtMs: 0, voices: voices.map(hashed) }));
  return { hops, utterances: s.utterances.map(hashed), heard: join(...s.hops.map((hop) => hop.voices[0]!.pcm)) };
}

/** Jest takes seconds to compare long typed arrays. */
function hashed<T extends { pcm: Int16Array }>({ pcm, ...rest }: T) {
  return { ...rest, samples: pcm.length, pcm: createHash('sha256').update(pcm).digest('hex') };
}

const turns = fc
  .array(fc.tuple(fc.integer({ min: 10, max: 1600 }), fc.boolean()), { minLength: 1, maxLength: 6 })
  .map((parts) => join(...parts.map(([ms, loud], i) => (loud ? speech(ms, i) : silence(ms)))));
const frameSizes = fc.array(fc.integer({ min: 100, max: 20_000 }), { minLength: 1, maxLength: 5 });

describe('chunking', () => {
  it('does not change hops or utterances, and puts every sample into exactly one hop', async () => {
    await fc.assert(
      fc.asyncProperty(
        turns,
        frameSizes,
        fc.constantFrom('at once' as const, 'late' as const),
        async (pcm, sizes, answers) => {
          const one = await play(pcm, [pcm.length], 'at once');
          const other = await play(pcm, sizes, answers);
          expect([other.hops, other.utterances]).toEqual([one.hops, one.utterances]);
          const padded = join(pcm, new Int16Array(other.heard.length - pcm.length));
          expect(Buffer.from(other.heard.buffer).equals(Buffer.from(padded.buffer))).toBe(true);
          expect(padded.length - pcm.length).toBeLessThan(16_000);
        },
      ),
      { numRuns: 25 },
    );
  });
});

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('voice' as const),
        id: fc.constantFrom(1, 2),
        ms: fc.integer({ min: 0, max: 900 }),
        jumpMs: fc.constantFrom(0, 0, 0, 30, 500, -700, -5000, 40_000),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('still' as const), jumpMs: fc.integer({ min: -3000, max: 3000 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('chat' as const),
        ptsMs: fc.option(fc.integer({ min: -5, max: 60_000 }), { nil: undefined }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3000 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), jobs: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('end-stream' as const), id: fc.constantFrom(1, 2, 3) }) },
  ),
  { maxLength: 40 },
);

describe('any session', () => {
  it('gives hops in order without overlap, utterances within bounds, everything unique, and ends', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(1, 8), fc.boolean(), async (script, pace, slow) => {
        const options = slow ? { maxInFlightHops: 2, maxInFlightUtterances: 1 } : {};
        const s = new SessionScript({ streams: [VOICE, AGENT, VIDEO], pace, options, settle: !slow });
        let settled = 0;
        const settleAll = () => {
          expect(s.facts.slice(settled).filter((fact) => fact.kind === 'hop').length).toBeLessThanOrEqual(
            slow ? 2 : Infinity,
          );
          while (settled < s.facts.length) s.streams.settle(s.facts[settled++]!);
        };
        const clockMs = new Map<number, number>();
        const next = (id: number, jumpMs: number, ms: number) => {
          const at = Math.max(0, (clockMs.get(id) ?? 0) + jumpMs);
          clockMs.set(id, at + ms);
          return at;
        };
        for (const step of script) {
          if (step.do === 'voice') s.send(step.id, speech(step.ms, step.id), next(step.id, step.jumpMs, step.ms));
          if (step.do === 'still') s.send(3, still(), next(3, step.jumpMs, 500));
          if (step.do === 'chat') s.chat(step.ptsMs);
          if (step.do === 'wait') s.clock.advance(step.ms);
          if (step.do === 'settle') settleAll();
          if (step.do === 'fail') s.pool.failures += step.jobs;
          if (step.do === 'end-stream') s.streams.endStream(step.id);
          await s.jobs();
          expect(s.clock.pendingTimers).toBeLessThanOrEqual(1);
        }
        s.streams.end();
        for (let i = 0; i < 100 && !s.completed; i += 1) {
          settleAll();
          await s.advance(50); // retries need the clock
        }
        const ended = s.facts.at(-1)!;
        expect(ended.kind).toBe('ended');
        expect(s.clock.pendingTimers).toBe(0);

        let before = 0;
        for (const hop of s.hops) {
          expect(hop.hopStartMs).toBeGreaterThanOrEqual(before);
          expect(hop.hopEndMs - hop.hopStartMs).toBe(1000);
          before = hop.hopEndMs;
          expect(hop.voices.map((voice) => voice.streamName)).toEqual([VOICE.name, AGENT.name]);
          for (const { pcm, speech: spans } of hop.voices) {
            expect(pcm).toHaveLength(16_000);
            let end = hop.hopStartMs;
            for (const span of spans) {
              expect(span.startMs).toBeGreaterThanOrEqual(end);
              expect(span.endMs).toBeGreaterThan(span.startMs);
              end = span.endMs;
            }
            expect(end).toBeLessThanOrEqual(hop.hopEndMs);
          }
          expect(hop.stills.every((x) => x.ptsMs >= hop.hopStartMs && x.ptsMs < hop.hopEndMs)).toBe(true);
          expect(hop.stills.length).toBeLessThanOrEqual(4);
        }
        for (const { pcm, startMs, endMs } of s.utterances) {
          expect(pcm.length).toBeLessThanOrEqual(15_000 * 16);
          expect(endMs).toBeGreaterThanOrEqual(startMs);
        }
        const keys = s.facts.flatMap((fact) => {
          if (fact.kind === 'utterance') return [fact.utteranceId];
          if (fact.kind === 'chat') return [`chat ${fact.ptsMs}`];
          return fact.kind === 'updated' ? [`gap ${fact.mediaMs}`] : [];
        });
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: 150 },
    );
  });
});
