import fc from 'fast-check';
import type { ServerMessage, SessionReady } from '@rapport-live/protocol';
import { expectedIds } from '../support/expected-results';
import { RawClient } from '../support/raw-client';
import type { RunningService } from '../support/service';
import { chunks, startStill, VOICE } from './fault-session';

// Many sessions each: on a machine that does other things they take their time.
jest.setTimeout(180_000);

const TURNS = 2;
/** Frames up to this many ahead are held for those before them. */
const MAX_AHEAD = 16;

describe('frames that come doubled and in another order', () => {
  let service: RunningService;
  beforeAll(async () => void ({ service } = await startStill()));
  afterAll(() => service.close());

  const media = chunks(TURNS);
  const frameOf = (seq: number) => ({
    header: { seq, ptsUs: media[seq]!.ptsMs * 1000, byteOffset: seq * media[0]!.payload.length },
    payload: media[seq]!.payload,
  });

  /** Each frame is moved within the reach of the reorder buffer, and some come again at once or later. */
  const order = fc
    .record({
      shift: fc.array(fc.integer({ min: 0, max: MAX_AHEAD - 1 }), { minLength: media.length, maxLength: media.length }),
      again: fc.array(fc.record({ seq: fc.nat(media.length - 1), behind: fc.nat(media.length - 1) }), {
        maxLength: 12,
      }),
    })
    .map(({ shift, again }) => {
      const moved = media.map((_, seq) => ({ seq, at: seq + shift[seq]! }));
      const sequence = moved.sort((a, b) => a.at - b.at || a.seq - b.seq).map(({ seq }) => seq);
      for (const { seq, behind } of again) {
        const first = sequence.indexOf(seq);
        sequence.splice(first + 1 + (behind % (sequence.length - first)), 0, seq);
      }
      return sequence;
    });

  it('give the results of the same frames in order, and duplicates are counted', async () => {
    await fc.assert(
      fc.asyncProperty(order, async (sequence) => {
        const client = await RawClient.open(service.url, service.key);
        await client.start({ session: { language: 'en' }, streams: [VOICE] });
        for (const seq of sequence) {
          const { header, payload } = frameOf(seq);
          client.frame(header, payload);
        }
        client.json({ type: 'session.end' });
        expect(await client.closed).toEqual({ status: 1000, reason: 'session ended' });
        const { received } = client;
        const { sessionId } = received.find((m): m is SessionReady => m.type === 'session.ready')!;
        const results = received.filter((m): m is Extract<ServerMessage, { type: 'result' }> => m.type === 'result');
        expect(results.map(({ seq }) => seq)).toEqual(results.map((_, i) => i + 1));
        const ids = results.map(({ event }) => event.id).sort();
        expect(ids).toEqual(expectedIds({ tenant: 'development', sessionId }, { turns: TURNS }));
        expect(received.filter(({ type }) => type === 'error')).toEqual([]);
        const doubled = sequence.length - media.length;
        expect(results.at(-1)!.event.data).toMatchObject({
          incomplete: false,
          dropped: doubled === 0 ? {} : { duplicate: doubled },
        });
      }),
      { numRuns: 12 },
    );
  });
});
