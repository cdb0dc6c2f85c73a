import { ERRORS, type ErrorCode, type TypedEvent } from '@rapport-live/protocol';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { eventually } from '../support/eventually';
import { exactly } from '../support/exactly';
import { readLog } from '../support/local-log';
import { RawClient } from '../support/raw-client';
import { essence, expectGapless, isType, RawSession } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';
import { joined, silence, tone } from '../support/sound';

const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
/** An utterance, a pause, and a longer utterance; every second has speech in it, so no window depends on a text in time. */
const SOUND = joined(tone(1500), silence(1000), tone(5000));
const part = (fromMs: number, toMs: number) => SOUND.subarray(fromMs * 16, toMs * 16);
const KEYS = [
  { tenant: 'acme', key: 'acme-0123456789abcdef' },
  { tenant: 'globex', key: 'globex-0123456789abcdef' },
];

describe('a session whose connection is lost', () => {
  let service: RunningService;
  /** What an undisturbed session gives. */
  let whole: string[];

  beforeAll(async () => {
    service = await startService({ apiKeys: KEYS });
    const session = await RawSession.start(service, [VOICE]);
    session.voice(SOUND, 0);
    whole = essence(await session.end());
    expect(whole).toHaveLength(10); // 8 windows, 2 finals
  });
  afterAll(() => service.close());

  const start = (fields: object = {}) => RawSession.start(service, [VOICE], fields);
  const metric = async (line: string): Promise<boolean> =>
    (await (await fetch(`${service.http}/metrics`)).text()).split('\n').includes(line);

  /** What a `session.resume` is refused with. */
  async function refused(session: RawSession, fields: object = {}, door: { url: string; key: string } = service) {
    const client = await RawClient.open(door.url, door.key);
    const { sessionId, token: resumeToken } = session;
    client.json({ type: 'session.resume', sessionId, resumeToken, ackedResultSeq: 0, ...fields });
    const { code, message } = await client.error();
    if (ERRORS[code] && 'close' in ERRORS[code]) expect((await client.closed).status).toBe(ERRORS[code].close);
    client.abort();
    return { code, message };
  }

  it('goes on in the middle of an utterance, and gives what it would have given', async () => {
    const session = await start();
    session.voice(part(0, 3700), 0);
    await session.window(3000);
    await session.cut();
    session.make(1, new Uint8Array(3200), 3700); // on its way when the line broke
    const resumed = await session.resume();
    expect(resumed).toMatchObject({ epoch: 0, tookOver: false, paused: false, resultSeq: session.results.length });
    expect(resumed.resumeToken).not.toBe(session.ready.resumeToken);
    expect(resumed.streams).toEqual([
      expect.objectContaining({ streamId: 1, nextSeq: 37, nextByteOffset: 37 * 3200, sendInit: false, ended: false }),
    ]);
    // the lost frame holds the sound that was meant
    session.frames.set(1, session.frames.get(1)!.slice(0, 37));
    session.voice(part(3700, 7500), 3700);
    const results = await session.end();
    expectGapless(results);
    expect(essence(results)).toEqual(whole);
    expect(results.at(-1)!.event.data).toMatchObject({ reason: 'ended', incomplete: false, dropped: exactly({}) });
  });

  it('ignores what it had when everything is sent again, and counts no fault', async () => {
    const session = await start();
    session.voice(part(0, 4000), 0);
    await session.window(3000);
    await session.cut();
    const resumed = await session.resume();
    session.sendFrom({ streams: resumed.streams.map((s) => ({ ...s, nextSeq: 0, nextByteOffset: 0 })) });
    session.voice(part(4000, 7500), 4000);
    const results = await session.end();
    expectGapless(results);
    expect(essence(results)).toEqual(whole);
    expect(results.at(-1)!.event.data).toMatchObject({ dropped: exactly({}) });
  });

  it('asks again for what was held behind a frame that the line lost', async () => {
    const session = await start();
    session.voice(part(0, 3000), 0);
    const [lost] = [session.make(1, new Uint8Array(part(3000, 3100).slice().buffer), 3000)];
    session.voice(part(3100, 3500), 3100);
    await session.window(2000);
    expect(lost).toBeDefined();
    await session.cut();
    const resumed = await session.resume();
    expect(resumed.streams[0]!.nextSeq).toBe(30);
    session.sendFrom(resumed);
    session.voice(part(3500, 7500), 3500);
    const results = await session.end();
    expect(essence(results)).toEqual(whole);
    expect(results.at(-1)!.event.data).toMatchObject({ dropped: exactly({}) });
  });

  it('replays the results after the last one stored, then goes on', async () => {
    const session = await start();
    session.voice(part(0, 4000), 0);
    await session.window(3000);
    await session.cut();
    const before = session.results.length;
    session.results.length = 1; // only the first was stored
    const resumed = await session.resume();
    expect(resumed.resultSeq).toBe(before);
    await session.window(3000);
    session.voice(part(4000, 7500), 4000);
    expectGapless(await session.end());
    expect(essence(session.results)).toEqual(whole);
  });

  it('tells the newest partial of the utterance that goes on', async () => {
    const session = await start({ partials: true });
    session.voice(part(0, 5000), 0);
    const isPartial = (m: { type: string; event?: { type: string } }) =>
      m.type === 'ephemeral' && m.event?.type === 'rapport.transcript.partial';
    const ofOpen = (client: RawClient) =>
      client.received.filter((m) => isPartial(m) && JSON.stringify(m).includes('"customer-voice-1-2'));
    await eventually(() => ofOpen(session.client).length >= 2);
    const told = ofOpen(session.client).at(-1);
    await session.cut();
    await session.resume();
    await eventually(() => ofOpen(session.client).length > 0);
    expect(ofOpen(session.client)[0]).toEqual(told);
    session.voice(part(5000, 7500), 5000);
    const finals = (await session.end()).filter(({ event }) => event.type === 'rapport.transcript.final');
    expect(finals).toHaveLength(2);
  });

  it('gives what was still to come when the line breaks behind session.end', async () => {
    const session = await start();
    session.voice(SOUND, 0);
    session.client.json({ type: 'session.end' });
    await session.window(8000); // of half a second, which only the end closes
    await session.cut();
    const resumed = await session.resume();
    expect(resumed.streams[0]!.ended).toBe(true);
    expect(await session.client.closed).toEqual({ status: 1000, reason: 'session ended' });
    expectGapless(session.gather());
    expect(essence(session.results)).toEqual(whole);
    // and once more, when even the end got lost
    session.results.length = 3;
    await session.resume();
    await session.client.closed;
    expectGapless(session.gather());
  });

  // Bug: it was said once, and a client whose connection took it along kept media that nobody needed.
  it('is told again what media need not be kept', async () => {
    const session = await start();
    session.voice(part(0, 7000), 0);
    const { seq } = await session.client.until(isType('media.acked'));
    await session.cut();
    await session.resume();
    expect((await session.client.until(isType('media.acked'))).seq).toBeGreaterThanOrEqual(seq);
    session.voice(part(7000, 7500), 7000);
    expectGapless(await session.end());
    expect(essence(session.results)).toEqual(whole);
  });

  it('is taken over by a second connection; the first is told', async () => {
    const session = await start();
    session.voice(part(0, 2000), 0);
    await session.window(1000);
    const older = session.client;
    const resumed = await session.resume();
    expect(resumed.tookOver).toBe(true);
    expect(await older.error()).toMatchObject({ code: 'session_taken_over', fatal: true });
    expect(await older.closed).toEqual({ status: 4409, reason: 'session_taken_over' });
    session.voice(part(2000, 7500), 2000);
    expectGapless(await session.end());
    expect(essence(session.results)).toEqual(whole);
    expect(await metric('rapport_session_resumes_total{outcome="taken_over"} 1')).toBe(true);
  });

  it('takes chat that is sent again once', async () => {
    const session = await start();
    const message = {
      type: 'chat.message',
      party: 'customer',
      text: 'Where is my refund?',
      messageId: 'm-1',
      ptsMs: 10,
    };
    session.client.json(message);
    await session.result((event) => event.type === 'rapport.transcript.final');
    await session.cut();
    await session.resume();
    session.client.json(message);
    const { events } = { events: await session.end() };
    expect(events.filter(({ event }) => event.type === 'rapport.transcript.final')).toHaveLength(1);
    expect(events.at(-1)!.event.data).toMatchObject({ dropped: exactly({}) });
  });

  describe('is not given to', () => {
    let session: RawSession;
    beforeAll(async () => {
      session = await start();
      session.voice(part(0, 2000), 0);
      await session.window(1000);
    });

    it('another tenant, to whom it looks like none', async () => {
      const other = await refused(session, {}, { url: service.url, key: KEYS[1]!.key });
      const unknown = '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80';
      const none = await refused(session, { sessionId: unknown });
      expect(other.code).toBe('session_unknown');
      expect(other.message.replace(session.sessionId, 'ID')).toBe(none.message.replace(unknown, 'ID'));
    });

    it.each<[string, () => object, ErrorCode]>([
      ['a wrong token', () => ({ resumeToken: 'A'.repeat(43) }), 'forbidden'],
      ['one that has more results than there are', () => ({ ackedResultSeq: 1000 }), 'invalid_message'],
      ['no token', () => ({ resumeToken: undefined }), 'invalid_message'],
    ])('%s', async (_who, fields, code) => {
      expect((await refused(session, fields())).code).toBe(code);
    });

    it('who comes with a token that was used; the answer that got lost costs nothing', async () => {
      const first = session.token;
      await session.resume();
      session.token = first; // the answer got lost: the token before is still good
      await session.resume();
      session.client.json({ type: 'ping', ref: 'p' }); // it has come
      await session.client.until(isType('pong'));
      const good = session.token;
      session.token = first;
      expect(await refused(session)).toMatchObject({ code: 'forbidden' });
      session.token = good;
      await session.resume();
      session.voice(part(2000, 7500), 2000);
      expectGapless(await session.end());
      expect(essence(session.results)).toEqual(whole);
    });

    it('a connection that has a session', async () => {
      const busy = await start();
      busy.client.json({ type: 'session.resume', sessionId: session.sessionId, resumeToken: 'x', ackedResultSeq: 0 });
      expect(await busy.client.error()).toMatchObject({ code: 'session_exists', fatal: false });
      busy.client.json({ type: 'session.start' });
      await busy.end();
    });
  });

  it('ends at once by an error of its client, as by session.end', async () => {
    const session = await start();
    session.voice(part(0, 2000), 0);
    await session.window(1000);
    session.client.bytes(new Uint8Array(3));
    expect(await session.client.closed).toEqual({ status: 1002, reason: 'frame_malformed' });
    const log = async () => readLog(service.config.dataDir, session.sessionId);
    await eventually(async () => (await log()).at(-1)!.event.type === 'rapport.session.ended');
    expect((await log()).at(-1)!.event.data).toMatchObject({ reason: 'disconnected', incomplete: false });
  });
});

describe('a session that waits for its client', () => {
  const clock = new ScriptedClock();
  let service: RunningService;
  beforeAll(async () => {
    service = await startService({ maxSessions: 1 }, new ScriptedPool(), {}, { clock });
  });
  afterAll(() => service.close());

  const metric = async (line: string): Promise<boolean> =>
    (await (await fetch(`${service.http}/metrics`)).text()).split('\n').includes(line);
  const ended = async (session: RawSession) =>
    (await readLog(service.config.dataDir, session.sessionId)).at(-1)!.event as TypedEvent;

  it('holds its windows for the media that is still to come, however long that takes', async () => {
    const session = await RawSession.start(service, [VOICE]);
    session.voice(part(0, 3700), 0);
    await session.window(3000);
    await session.cut();
    await eventually(() => metric('rapport_sessions_detached 1'));
    // of 60; a second at a time: what waits for a worker is answered meanwhile, or 5 s of this clock would be its time-out
    for (let s = 0; s < 30; s += 1) {
      clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const resumed = await session.resume();
    expect(resumed.mediaMs).toBe(30_000);
    session.voice(part(3700, 7500), 3700);
    const results = await session.end();
    expectGapless(results);
    expect(essence(results)).toHaveLength(10);
    expect(results.at(-1)!.event.data).toMatchObject({ reason: 'ended', dropped: exactly({}) });
  });

  it('counts as one of the sessions, and ends as disconnected when the window has passed', async () => {
    const session = await RawSession.start(service, [VOICE]);
    session.voice(part(0, 2000), 0);
    await session.window(1000);
    await session.cut();
    await eventually(() => metric('rapport_sessions_detached 1'));
    const second = await RawClient.open(service.url, service.key);
    second.json({ type: 'session.start' });
    expect(await second.error()).toMatchObject({ code: 'too_many_sessions', retryAfterMs: 1000 });
    clock.advance(59_999);
    expect((await ended(session)).type).not.toBe('rapport.session.ended');
    clock.advance(1);
    await eventually(async () => (await ended(session)).type === 'rapport.session.ended');
    expect((await ended(session)).data).toMatchObject({ reason: 'disconnected', incomplete: false, assessments: 2 });
    expect(await metric('rapport_session_resumes_total{outcome="expired"} 1')).toBe(true);
    // too late, and then forgotten
    const late = async () => {
      const client = await RawClient.open(service.url, service.key);
      const { sessionId, token: resumeToken } = session;
      client.json({ type: 'session.resume', sessionId, resumeToken, ackedResultSeq: 0 });
      return [(await client.error()).code, (await client.closed).status];
    };
    expect(await late()).toEqual(['resume_expired', 4410]);
    clock.advance(60_000);
    expect(await late()).toEqual(['session_unknown', 4404]);
  });
});
