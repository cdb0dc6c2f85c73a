import type { SessionListed } from '@rapport-live/protocol';
import fc from 'fast-check';
import { exported } from './exported';
import type { WholeSession } from './whole-session';

const given = (pages: readonly (readonly string[])[]): Pick<WholeSession, 'events'> => ({
  async *events() {
    yield* pages;
  },
});

it('an export as JSON is the session and its events, however they were read', async () => {
  const session = { sessionId: '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80' } as SessionListed;
  const event = fc.record({ type: fc.string(), data: fc.jsonValue() });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(event, { maxLength: 3 }), { maxLength: 4 }), async (events) => {
      const whole = { session, ...given(events.map((page) => page.map((one) => JSON.stringify(one)))) } as WholeSession;
      let text = '';
      for await (const piece of exported('json').write(whole)) text += piece;
      expect(text).toBe(JSON.stringify({ session, events: events.flat() }));
    }),
    { numRuns: 50 },
  );
});
