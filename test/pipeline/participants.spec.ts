import { join } from 'node:path';
import type { ParticipantUpdate } from '@rapport-live/protocol';
import { type FusionAssets, loadFusionAssets } from '../../src/pipeline/fusion-assets';
import { RawText } from '../../src/redaction/redaction';
import { AGENT, VIDEO, VOICE } from '../../src/streams/testing/session-script';
import { ScriptedCall } from '../support/scripted-call';

const STREAMS = [VOICE, AGENT];
const SECOND_CUSTOMER = { ...VOICE, streamId: 4, name: 'customer-voice-4' };

type Word = Omit<ParticipantUpdate, 'type' | 'action' | 'ptsMs' | 'ref'>;
const say = (
  { conversation }: ScriptedCall,
  action: ParticipantUpdate['action'],
  ptsMs: number,
  word: Partial<Word> = {},
) => conversation.participant({ type: 'participant.update', action, party: 'customer', ptsMs, ...word });

const endsOf = (one: ScriptedCall, subject: 'customer' | 'agent' = 'customer'): number[] =>
  one.windows(subject).map(({ data }) => data.windowEndMs);
const spokenSpans = (one: ScriptedCall, party = 'customer'): number[][] =>
  one
    .of('rapport.transcript.final')
    .filter(({ data }) => data.source === 'voice' && data.party === party)
    .map(({ data }) => [data.startMs, data.endMs]);

/** By a scripted clock, from frames to results: in a hold every stream is loud with music, as exchanges play it. */
describe('participants', () => {
  let assets: FusionAssets;
  beforeAll(async () => void (assets = await loadFusionAssets(join(__dirname, '../../models'))));

  it('are told once, in their place, and counted in the figures of holds', async () => {
    const one = new ScriptedCall({ streams: STREAMS, assets });
    await one.until(5000);
    for (let again = 0; again < 2; again += 1) say(one, 'hold', 5000);
    await one.until(8000);
    say(one, 'unhold', 8000);
    say(one, 'agent_changed', 8000, { party: 'agent', participantId: 'a-18' });
    await one.until(15_000);
    const ended = await one.end();
    expect(one.of('rapport.session.updated').map(({ data }) => [data.mediaMs, data.scope, data.detail])).toEqual([
      [5000, undefined, { action: 'hold', party: 'customer' }],
      [8000, undefined, { action: 'unhold', party: 'customer' }],
      [8000, 'a-18', { action: 'agent_changed', party: 'agent' }],
    ]);
    expect(ended.conversation!.holds).toEqual({ count: 1, totalMs: 3000, longestMs: 3000 });
    const windows = one.windows('customer').map(({ data }) => data);
    expect(windows[0]!.conversation!.holds).toBe('not_supported');
    // the hold is over before a whole window lies in it, and nothing new was heard in it
    expect(endsOf(one)).toEqual([1000, 2000, 3000, 4000, 5000, 9000, 10_000, 11_000, 12_000, 13_000, 14_000, 15_000]);
    expect(windows.filter(({ degraded }) => degraded.includes('hold')).map(({ windowEndMs }) => windowEndMs)).toEqual([
      9000, 10_000, 11_000,
    ]);
  });

  it('whose stream is not there, or whose time cannot be, are refused and told to nobody', async () => {
    const one = new ScriptedCall({ streams: [VOICE], assets });
    expect(say(one, 'joined', 0, { party: 'agent', streamId: 9 })).toMatchObject({ code: 'unknown_stream' });
    // a wall clock where media time belongs
    expect(say(one, 'hold', 1_790_000_000_000)).toMatchObject({
      code: 'invalid_message',
      message: expect.stringContaining('too far ahead') as string,
    });
    await one.until(3000);
    await one.end();
    expect(one.of('rapport.session.updated')).toEqual([]);
    expect(endsOf(one)).toEqual([1000, 2000, 3000]);
  });

  it('on hold are not heard: no emotion, no words, no silence, whatever plays meanwhile', async () => {
    const one = new ScriptedCall({
      streams: [...STREAMS, VIDEO],
      assets,
      allowsAgentEmotion: true,
      session: { consent: { analysis: true, agentEmotionLegalBasis: 'medical' } },
    });
    await one.until(5000);
    say(one, 'hold', 5000);
    const before = { ...one.pool.submitted };
    await one.until(6000); // the second of speech before it is worked off
    const atHold = { ...one.pool.submitted };
    await one.until(45_000);
    expect(one.pool.submitted).toEqual(atHold); // nothing is computed of 39 seconds of music and stills
    expect(before['voice-tokens']).toBeGreaterThan(0);
    say(one, 'unhold', 45_000);
    await one.until(50_000, () => false);
    const ended = await one.end();
    for (const party of ['customer', 'agent'] as const) {
      expect(endsOf(one, party).filter((ms) => ms > 9000 && ms <= 45_000)).toEqual([]);
      expect(spokenSpans(one, party)).toEqual([[0, 5000]]);
    }
    expect(one.of('rapport.window.degraded')).toEqual([]);
    const { customer, agent, overlapMs, silenceMs, longestSilenceMs, mediaMs, holds } = ended.conversation!;
    expect([mediaMs, holds]).toEqual([10_000, { count: 1, totalMs: 40_000, longestMs: 40_000 }]);
    // heard: five seconds of both, then five of nobody
    const about = (ms: number): number => expect.closeTo(ms / 1000, 0) as number;
    expect([customer?.talkMs, agent?.talkMs, overlapMs, silenceMs, longestSilenceMs].map((ms) => ms! / 1000)).toEqual(
      [5000, 5000, 5000, 5000, 5000].map(about),
    );
    const gaps = one.of('rapport.session.updated').filter(({ data }) => data.kind === 'gap');
    expect([gaps, ended.dropped.on_hold! > 300]).toEqual([[], true]);
    // silence and loss differ (rule 10), and a hold is no pause
    const beats = one.ephemeral.filter(({ type }) => type === 'rapport.session.heartbeat').map(({ data }) => data);
    expect(beats).toEqual([15_000, 25_000, 35_000, 45_000].map((mediaMs) => ({ mediaMs })));
  });

  it('who write in a hold are read, and what they wrote counts for the first window behind it', async () => {
    const one = new ScriptedCall({ streams: STREAMS, assets });
    await one.until(4000);
    say(one, 'hold', 4000);
    await one.until(10_000);
    one.conversation.chat({ party: 'customer', text: new RawText('I want to cancel my order'), ptsMs: 9500 });
    await one.until(14_000);
    say(one, 'unhold', 14_000);
    await one.until(15_000, () => false);
    await one.end();
    expect(endsOf(one)).toEqual([1000, 2000, 3000, 4000, 15_000]);
    const { modalities, degraded } = one.windows('customer').at(-1)!.data;
    expect([modalities.text.present, modalities.voice.present, degraded]).toEqual([true, false, ['hold']]);
    expect(one.of('rapport.transcript.final').map(({ data }) => [data.source, data.startMs])).toContainEqual([
      'chat',
      9500,
    ]);
  });

  it('whose last words are read late, in a hold, are assessed by them while a part of the window is theirs', async () => {
    let finish: (() => void)[] = [];
    const sleep = (): Promise<void> => new Promise((resolve) => finish.push(resolve));
    const one = new ScriptedCall({ streams: STREAMS, assets, pool: { latencyMs: { transcript: 1 }, sleep } });
    await one.until(4000);
    say(one, 'hold', 4000);
    await one.until(5500);
    for (const go of finish.splice(0)) go();
    finish = [];
    await one.until(20_000);
    await one.end();
    const windows = one.windows('customer').map(({ data }) => data);
    expect(windows.map(({ windowEndMs }) => windowEndMs)).toEqual([1000, 2000, 3000, 4000, 6000]);
    expect([windows.at(-1)!.modalities.text.present, windows.at(-1)!.degraded]).toEqual([true, ['hold']]);
  });

  it('of a conference go on while one of them is on hold on a stream of their own', async () => {
    const one = new ScriptedCall({ streams: [...STREAMS, SECOND_CUSTOMER], assets });
    await one.until(3000);
    say(one, 'joined', 3000, { participantId: 'c-2', streamId: 4 });
    say(one, 'hold', 3000, { participantId: 'c-1', streamId: 1 });
    await one.until(9000);
    say(one, 'left', 9000, { participantId: 'c-1', streamId: 1 });
    await one.until(12_000);
    const ended = await one.end();
    expect(endsOf(one)).toEqual(Array.from({ length: 12 }, (_, i) => (i + 1) * 1000));
    const spoken = one.of('rapport.transcript.final').map(({ data: { stream, startMs, endMs } }) => ({
      stream,
      span: [startMs, endMs],
    }));
    expect(spoken.filter(({ stream }) => stream === VOICE.name).map(({ span }) => span)).toEqual([
      [0, 3000],
      [9000, 12_000],
    ]);
    const heardIn = (stream: string): number =>
      spoken.filter((one) => one.stream === stream).reduce((sum, { span }) => sum + span[1]! - span[0]!, 0);
    expect([heardIn(AGENT.name), heardIn(SECOND_CUSTOMER.name)]).toEqual([12_000, 12_000]);
    // who leaves is on hold no more
    expect(ended.conversation).toMatchObject({
      mediaMs: 12_000,
      holds: { count: 1, totalMs: 6000, longestMs: 6000 },
    });
  });

  it('on hold when the session ends were on hold up to its end', async () => {
    const one = new ScriptedCall({ streams: STREAMS, assets });
    await one.until(5000);
    // as a door says it
    expect(one.conversation.hold({ begins: true, atMs: 5000 })).toEqual({ ok: true });
    await one.until(25_000);
    const ended = await one.end();
    const heldMs = ended.durationMs - 5000;
    expect(heldMs).toBeGreaterThan(18_000);
    expect(ended.conversation!.holds).toEqual({ count: 1, totalMs: heldMs, longestMs: heldMs });
  });
});
