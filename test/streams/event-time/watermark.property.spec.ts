import fc from 'fast-check';
import {
  AGENT,
  SessionScript,
  speech,
  silence,
  still,
  VIDEO,
  VOICE,
} from '../../../src/streams/testing/session-script';
import { StillRhythm } from '../../../src/streams/still-rhythm';
import { streamOptions } from '../../../src/streams/stream-options';

const { allowedLatenessMs, idleAfterMs, maxStillDistanceMs } = streamOptions();

/** What a sender does in a session: each with a clock of its own that may be ahead, behind, or stand still. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      id: fc.constantFrom(1, 2, 3),
      ms: fc.integer({ min: 20, max: 700 }),
      skipMs: fc.constantFrom(0, 0, 0, 0, 100, 900),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 600 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1000, max: 4000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), id: fc.constantFrom(1, 2, 3) }) },
);

describe('the watermark of a session', () => {
  it('never goes back, never passes the slowest stream that is active, and passes it when all is read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (script) => {
        const s = new SessionScript({ streams: [VOICE, AGENT, VIDEO] });
        const startMs = s.clock.nowMs();
        /** By stream: how far its media has come, and when it was last heard. */
        const senders = new Map(
          [1, 2, 3].map((id) => [id, { mediaMs: 0, lastsMs: 0, heardMs: startMs, ended: false }]),
        );
        const rhythm = new StillRhythm(maxStillDistanceMs);
        let passedMs = 0;

        const check = (): void => {
          const nowMs = s.clock.nowMs();
          const active = [...senders.values()].filter(({ heardMs, ended }) => !ended && nowMs - heardMs < idleAfterMs);
          const furthestMs = Math.max(...active.map(({ mediaMs }) => mediaMs));
          const slowestMs = Math.min(...active.map(({ mediaMs, lastsMs }) => mediaMs + lastsMs), furthestMs);
          const hops = s.hops;
          for (let i = 0; i < hops.length; i += 1)
            expect(hops[i]!.hopStartMs).toBeGreaterThanOrEqual(hops[i - 1]?.hopEndMs ?? 0);
          const reachedMs = hops.at(-1)?.hopEndMs ?? 0;
          // New hops only behind what every active stream has reached.
          if (reachedMs > passedMs && active.length > 0) expect(reachedMs).toBeLessThanOrEqual(slowestMs);
          passedMs = reachedMs;
        };

        for (const one of script) {
          if (one.do === 'wait') {
            await s.advance(one.ms);
            // Streams that fell idle in between let hops go: only what comes from now on is held to the active ones.
            passedMs = s.hops.at(-1)?.hopEndMs ?? 0;
          } else if (one.do === 'end') {
            s.streams.endStream(one.id);
            senders.get(one.id)!.ended = true;
          } else {
            const sender = senders.get(one.id)!;
            if (sender.ended) continue;
            const ptsMs = sender.mediaMs + one.skipMs;
            const content = one.id === 3 ? still() : one.skipMs > 0 ? silence(one.ms) : speech(one.ms, one.id);
            if (!s.send(one.id, content, ptsMs).ok) continue;
            sender.mediaMs = one.id === 3 ? ptsMs : ptsMs + one.ms;
            if (one.id === 3) {
              rhythm.came(ptsMs);
              sender.lastsMs = rhythm.distanceMs;
            }
            sender.heardMs = s.clock.nowMs();
          }
          await s.jobs();
          check();
        }
        // Once all is silent, the clock brings every hop that media has reached or time has passed.
        for (let i = 0; i < 40; i += 1) await s.advance(idleAfterMs / 10);
        const clockMs = s.clock.nowMs() - startMs;
        const reachedMs = s.hops.at(-1)?.hopEndMs ?? 0;
        expect(reachedMs).toBeGreaterThanOrEqual(Math.floor((clockMs - allowedLatenessMs) / 1000) * 1000);
        s.streams.dispose();
        expect(s.clock.pendingTimers).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
