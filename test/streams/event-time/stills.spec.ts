import { SessionScript, speech, still, VIDEO, VOICE } from '../../../src/streams/testing/session-script';

const FRAME_MS = 20;

/** Voice at real pace, and a still every so often, each as late as it says. Resolves to how late each hop came, ms. */
async function latenessOf(lastsMs: number, stills: readonly { readonly atMs: number; readonly lateMs?: number }[]) {
  const s = new SessionScript({ streams: [VOICE, VIDEO] });
  const startMs = s.clock.nowMs();
  const lateness = new Map<number, number>();
  const due = stills.map(({ atMs, lateMs = 0 }) => ({ atMs, sendMs: atMs + lateMs }));
  for (let atMs = 0; atMs < lastsMs; atMs += FRAME_MS) {
    s.send(1, speech(FRAME_MS), atMs);
    while (due.length > 0 && due[0]!.sendMs <= atMs) s.send(3, still(), due.shift()!.atMs);
    await s.advance(FRAME_MS);
    for (const { hopEndMs } of s.hops) {
      if (!lateness.has(hopEndMs)) lateness.set(hopEndMs, s.clock.nowMs() - startMs - hopEndMs);
    }
  }
  const { dropped } = await s.end();
  return { lateness: [...lateness.values()], dropped, seen: s.hops.flatMap(({ stills }) => stills).length };
}

const each = (everyMs: number, count: number, firstMs = 0, lateMs = 0) =>
  Array.from({ length: count }, (_, i) => ({ atMs: firstMs + i * everyMs, lateMs }));

it('no hop waits for the next still of a camera that sends two a second (each waited for up to half a second)', async () => {
  const { lateness, dropped, seen } = await latenessOf(8000, each(500, 16, 250));
  // the first two stills tell how far apart they are
  expect(Math.max(...lateness.slice(1))).toBeLessThanOrEqual(300 + 2 * FRAME_MS);
  expect({ dropped, seen }).toEqual({ dropped: {}, seen: 16 });
});

it('loses no still of a camera that is behind the voice, whatever it is behind by', async () => {
  for (const lateMs of [100, 400, 900]) {
    const { dropped, seen } = await latenessOf(10_000, each(500, 18, 0, lateMs));
    expect({ lateMs, dropped, seen }).toEqual({ lateMs, dropped: {}, seen: 18 });
  }
});

it('one still that is lost on its way changes nothing for those behind it', async () => {
  const without = each(500, 18, 0, 400).filter(({ atMs }) => atMs !== 3000);
  expect(await latenessOf(10_000, without)).toEqual(expect.objectContaining({ dropped: {}, seen: 17 }));
});
