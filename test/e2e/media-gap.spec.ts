import { FrameFlag, type ServerMessage } from '@rapport-live/protocol';
import { eventually } from '../support/eventually';
import { exactly } from '../support/exactly';
import { essence, expectGapless, isType, RawSession } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';
import { tone } from '../support/sound';

const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
const SOUND = tone(8000);
const part = (fromMs: number, toMs: number) => SOUND.subarray(fromMs * 16, toMs * 16);

describe('media that a client has lost', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  const gaps = (session: RawSession) =>
    session
      .events('rapport.session.updated')
      .filter(({ data }) => data.kind === 'gap')
      .map(({ data }) => data.detail);
  /** Numbers frames that are never sent. */
  const lose = (session: RawSession, fromMs: number, toMs: number) => {
    for (let ms = fromMs; ms < toMs; ms += 100) session.make(1, new Uint8Array(3200), ms);
  };

  it('is announced once, counts as sent and raises the limit; the session goes on behind it', async () => {
    const session = await RawSession.start(service, [VOICE]);
    session.voice(part(0, 2000), 0);
    lose(session, 2000, 4000);
    const frame = { nextSeq: 40, nextByteOffset: 40 * 3200 };
    session.client.json({
      type: 'media.gap',
      streamId: 1,
      fromPtsMs: 2000,
      toPtsMs: 4000,
      ...frame,
      reason: 'buffer_overflow',
    });
    await session.credit(320_000 + 20 * 3200);
    session.voice(part(4000, 8000), 4000, 1, FrameFlag.discontinuity);
    const results = await session.end();
    expectGapless(results);
    expect(gaps(session)).toEqual([
      { reason: 'buffer_overflow', fromMs: 2000, toMs: 4000, lostMs: 2000, count: 1, stream: 'customer-voice-1' },
    ]);
    expect(essence(results).filter((line) => line.startsWith('final'))).toHaveLength(2);
    expect(results.at(-1)!.event.data).toMatchObject({ incomplete: false, durationMs: 8000, dropped: exactly({}) });
  });

  it('may be of nothing that was numbered', async () => {
    const session = await RawSession.start(service, [VOICE]);
    session.voice(part(0, 1000), 0);
    const frame = { nextSeq: 10, nextByteOffset: 32_000 };
    session.client.json({ type: 'media.gap', streamId: 1, fromPtsMs: 1000, toPtsMs: 2000, ...frame, reason: 'muted' });
    session.voice(part(2000, 4000), 2000, 1, FrameFlag.discontinuity);
    await session.end();
    expect(gaps(session).map(({ reason }) => reason)).toEqual(['muted']);
  });

  it('is declared for a client that comes back without it', async () => {
    const session = await RawSession.start(service, [VOICE]);
    session.voice(part(0, 2000), 0);
    await session.window(1000);
    await session.cut();
    lose(session, 2000, 3500);
    const oldest = { streamId: 1, oldestSeq: 35, oldestByteOffset: 35 * 3200, nextSeq: 35, nextByteOffset: 35 * 3200 };
    const resumed = await session.resume({ streams: [oldest] });
    expect(resumed.streams[0]).toMatchObject({
      nextSeq: 35,
      nextByteOffset: 35 * 3200,
      limitBytes: 320_000 + 15 * 3200,
    });
    session.voice(part(3500, 8000), 3500, 1, FrameFlag.discontinuity);
    expectGapless(await session.end());
    expect(gaps(session)).toEqual([expect.objectContaining({ reason: 'buffer_overflow', fromMs: 2000, toMs: 3500 })]);
  });

  it.each<[string, object, string]>([
    ['behind what came', { nextSeq: 9 }, 'invalid_message'],
    ['of other bytes at the seq that is due', { nextByteOffset: 32_002 }, 'invalid_message'],
    ['that ends before it begins', { toPtsMs: 900 }, 'invalid_message'],
    ['of another epoch', { toPtsMs: 1.7e12 }, 'invalid_message'],
    ['of a stream that is not there', { streamId: 9 }, 'unknown_stream'],
  ])('is refused when it is %s, and the session goes on', async (_what, wrong, code) => {
    const session = await RawSession.start(service, [VOICE]);
    session.voice(part(0, 1000), 0);
    const gap = { streamId: 1, fromPtsMs: 1000, toPtsMs: 2000, nextSeq: 10, nextByteOffset: 32_000, reason: 'unknown' };
    session.client.json({ type: 'media.gap', ref: 'g', ...gap, ...wrong });
    expect(await session.client.error()).toMatchObject({ code, ref: 'g', fatal: false });
    session.voice(part(1000, 2000), 1000);
    expectGapless(await session.end());
    expect(gaps(session)).toEqual([]);
  });
});

describe('acknowledgement', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());
  const acked = (session: RawSession) =>
    session.client.received.filter(isType('media.acked')).map(({ seq }: { seq: number }) => seq);

  it('of media stays behind what windows and the open utterance need, and ends behind the last frame', async () => {
    const session = await RawSession.start(service, [VOICE], { pace: 4 });
    session.voice(part(0, 3000), 0);
    await session.window(2000);
    expect(acked(session)).toEqual([]); // it all is one utterance
    session.client.json({ type: 'stream.end', streamId: 1 });
    const last = await session.client.until(
      (m): m is Extract<ServerMessage, { type: 'media.acked' }> => m.type === 'media.acked' && m.seq === 30,
    );
    expect(last).toEqual({ type: 'media.acked', streamId: 1, seq: 30 });
    expect(acked(session)).toEqual([...acked(session)].sort((a, b) => a - b));
    await session.end();
  });

  it('of results is counted, never goes back, and is refused for what is still to come', async () => {
    const session = await RawSession.start(service, [VOICE]);
    const unacked = async () =>
      Number(/^rapport_results_unacked (\d+)$/m.exec(await (await fetch(`${service.http}/metrics`)).text())![1]);
    session.voice(part(0, 3000), 0);
    await session.window(2000);
    expect(await unacked()).toBeGreaterThanOrEqual(3);
    session.client.json({ type: 'result.ack', seq: 3 });
    session.client.json({ type: 'result.ack', seq: 2 });
    session.client.json({ type: 'result.ack', seq: 1000, ref: 'a' });
    expect(await session.client.error()).toMatchObject({ code: 'invalid_message', ref: 'a', fatal: false });
    const { length } = session.gather();
    expect(await unacked()).toBeLessThanOrEqual(length + 2 - 3);
    await session.end();
    await eventually(async () => (await unacked()) === 0);
  });

  it('of a ping comes with and without a session', async () => {
    const session = await RawSession.start(service, [VOICE]);
    session.client.json({ type: 'ping', ref: 'p-1' });
    const pong = await session.client.until(isType('pong'));
    expect(pong).toMatchObject({ ref: 'p-1', mediaMs: expect.any(Number) });
    await session.end();
  });
});

describe('a stream that joins later', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());
  const AGENT = { streamId: 2, kind: 'voice', party: 'agent', codec: 'pcm16le-16k' };

  it('is heard from where it begins, and results say so', async () => {
    const session = await RawSession.start(service, [VOICE]);
    session.voice(part(0, 3000), 0);
    await session.window(2000);
    session.client.json({ type: 'stream.open', stream: AGENT });
    const credit = await session.client.until(
      (m): m is Extract<ServerMessage, { type: 'credit' }> => m.type === 'credit' && m.streamId === 2,
    );
    expect(credit.limitBytes).toBe(320_000);
    session.voice(tone(2000), 3000, 2);
    session.voice(part(3000, 5000), 3000);
    const results = await session.end();
    expectGapless(results);
    const finals = session.events('rapport.transcript.final').map(({ data }) => [data.stream, data.startMs]);
    expect(finals).toContainEqual(['agent-voice-2', 3000]);
    const joinedAt = session.events('rapport.session.updated').filter(({ data }) => data.kind === 'notice');
    expect(joinedAt.map(({ data }) => [data.scope, data.detail])).toEqual([
      ['agent-voice-2', { reason: 'stream_opened', ...AGENT }],
    ]);
    const ended = session.events('rapport.session.ended')[0]!.data;
    expect(ended.streams).toEqual([VOICE]);
    expect(ended.conversation!.agent!.talkMs).toBeGreaterThan(1900);
  });

  it.each<[string, object]>([
    ['has a number that was used', { ...AGENT, streamId: 1 }],
    ['is of another kind than its codec', { ...AGENT, kind: 'video' }],
  ])('is refused when it %s', async (_what, stream) => {
    const session = await RawSession.start(service, [VOICE]);
    session.client.json({ type: 'stream.open', ref: 's', stream });
    expect(await session.client.error()).toMatchObject({ code: 'invalid_message', ref: 's', fatal: false });
    expectGapless(await session.end());
  });

  it('is refused as the ninth', async () => {
    const streams = Array.from({ length: 8 }, (_, i) => ({ ...AGENT, streamId: i + 1 }));
    const session = await RawSession.start(service, streams);
    session.client.json({ type: 'stream.open', stream: { ...AGENT, streamId: 9 } });
    expect(await session.client.error()).toMatchObject({
      code: 'invalid_message',
      message: expect.stringMatching(/at most 8/),
    });
    await session.end();
  });
});
