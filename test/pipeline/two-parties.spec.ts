import { concatMap, from, lastValueFrom, toArray } from 'rxjs';
import { encodeFacts } from '../../src/models/encode/encode-facts';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { loadFusionAssets } from '../../src/pipeline/fusion-assets';
import { Redactor } from '../../src/redaction/redaction';
import { AGENT, join, SessionScript, silence, speech, VOICE } from '../../src/streams/testing/session-script';
import { assess } from '../../src/fusion/assess';
import { conversationFigures } from '../../src/fusion/conversation-figures';
import type { SessionState } from '../../src/fusion/session-state';

/** Two people by a scripted clock, from frames of 100 ms to the figures: who speaks when is written here. */
describe('two parties who talk at once', () => {
  it('are told apart: talk, overlap, silence, who interrupted whom', async () => {
    const script = new SessionScript({ streams: [VOICE, AGENT] });
    // 0 s, customer from 1 s to 6 s; the agent cuts in at 5 s and goes on to 9 s; "mhm" of the customer at 7.5 s
    const customer = join(silence(1000), speech(5000), silence(1500), speech(300), silence(4200));
    const agent = join(silence(5000), speech(4000, 1), silence(3000));
    for (let ms = 0; ms < 12_000; ms += 100) {
      script.clock.advance(100);
      script.send(VOICE.streamId, customer.subarray(ms * 16, (ms + 100) * 16), ms);
      script.send(AGENT.streamId, agent.subarray(ms * 16, (ms + 100) * 16), ms);
      await script.jobs();
    }
    await script.end();

    const transcripts = ({ pcm }: { pcm: Int16Array }): string =>
      pcm.length > 80_000 ? 'I have been waiting for my parcel since last Monday' : 'yes';
    const pool = new ScriptedPool({ transcripts });
    const assets = await loadFusionAssets('models');
    const common = { pool, sessionId: 's', language: 'en' };
    let state: SessionState | undefined;
    const results = await lastValueFrom(
      from(script.facts).pipe(
        encodeFacts({ ...common, redactor: new Redactor(), nowMs: () => 0, settle: () => {} }),
        assess({ ...common, ...assets, nowMs: () => 0, onState: (next) => (state = next) }),
        concatMap((result) => (result.type === 'rapport.window.assessed' ? [result.data] : [])),
        toArray(),
      ),
    );

    // voice activity works in frames of 32 ms
    const about = (ms: number) => expect.closeTo(ms / 100, 0);
    const { customer: said, agent: answered, ...rest } = conversationFigures(state!);
    const hundredths = (ms = 0): number => ms / 100;
    expect([said, answered].map((one) => hundredths(one?.talkMs))).toEqual([about(5300), about(4000)]);
    expect([said?.interruptions, answered?.interruptions]).toEqual([0, 1]);
    expect(said!.talkShare! + answered!.talkShare!).toBeCloseTo(1, 3);
    expect([rest.mediaMs, rest.absentReason, rest.holds]).toEqual([12_000, undefined, 'not_supported']);
    expect([rest.overlapMs, rest.silenceMs, rest.longestSilenceMs].map(hundredths)).toEqual([
      about(1300),
      about(4000),
      about(3000),
    ]);
    // eleven words in 5.3 seconds
    expect(said?.wordsPerMinute).toBeGreaterThan(110);
    expect(said?.wordsPerMinute).toBeLessThan(130);
    // the agent has the floor for half a second at 6.5 s: the window that ends behind it is the first to say so
    expect(results.map(({ windowEndMs, conversation }) => [windowEndMs, conversation?.agent?.interruptions])).toEqual(
      expect.arrayContaining([
        [6000, 0],
        [7000, 1],
      ]),
    );
    expect(results.at(-1)?.language).toBe('en');
  });

  it('say nothing of each other in one channel', async () => {
    const script = new SessionScript({ streams: [{ ...VOICE, party: 'mixed' }] });
    await script.live(1, join(speech(2000), silence(1500)), 0, 100);
    await script.end();
    const assets = await loadFusionAssets('models');
    let state: SessionState | undefined;
    const common = { pool: new ScriptedPool(), sessionId: 's', language: 'en' };
    await lastValueFrom(
      from(script.facts).pipe(
        encodeFacts({ ...common, redactor: new Redactor(), nowMs: () => 0, settle: () => {} }),
        assess({ ...common, ...assets, nowMs: () => 0, onState: (next) => (state = next) }),
      ),
    );
    expect(conversationFigures(state!)).toEqual({
      mediaMs: expect.any(Number),
      absentReason: 'party_unknown',
      holds: 'not_supported',
    });
  });
});
