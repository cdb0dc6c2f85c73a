import { rmSync } from 'node:fs';
import type { ErrorMessage, SessionState } from '@rapport-live/protocol';
import { refusedUpgrade, RawClient } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';
import { joined, silence, tone } from '../support/sound';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { METER, type ServiceMeter } from '../../src/ops/service-meter';
import { eventually } from '../support/eventually';
import { exactly } from '../support/exactly';
import { callsOf, endedCall, foundCall } from './support/call-results';
import { ACCOUNTS, AUTH_TOKEN, PUBLIC_URL, signed, TwilioStream } from './support/twilio-stream';

const KEYS = [{ tenant: 'acme', key: 'key-of-acme-0123456789' }];
const DOORS = { jambonz: false, asterisk: false, twilio: { accounts: ACCOUNTS, url: PUBLIC_URL } };
/** Two turns of the customer and, between them, one of the agent. */
const CUSTOMER = joined(tone(1500), silence(1500), tone(1000), silence(1000));
const AGENT = joined(silence(1600), tone(1300), silence(2100));

describe('the door of Twilio', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService({ apiKeys: KEYS, doors: DOORS }, new ScriptedPool());
  });
  afterAll(() => service.close());

  const enter = (headers?: Record<string, string>) => TwilioStream.connect(service, headers);

  it('takes both tracks of a call: inbound is the customer, outbound the agent; the parameters are its metadata', async () => {
    const stream = await enter();
    stream.start({
      tracks: ['inbound', 'outbound'],
      customParameters: { customerId: 'c-7', agentId: 'a-3', queue: 'billing', language: 'en', note: 'not asked for' },
    });
    stream.say({ inbound: CUSTOMER, outbound: AGENT });
    stream.other('dtmf', { dtmf: { track: 'inbound_track', digit: '7' } });
    stream.other('mark', { mark: { name: 'greeting' } });
    stream.other('something.new');
    stream.stop();
    expect(await stream.line.closed).toEqual({ status: 1000, reason: 'session ended' });

    const call = await endedCall(service, stream.callSid);
    expect(call.started.session).toEqual({
      ...{ externalId: stream.callSid, customerId: 'c-7', agentId: 'a-3', queue: 'billing', language: 'en' },
      ...{ channel: 'voice', consent: { analysis: true } },
    });
    expect(call.started.streams.map(({ party, codec }) => [party, codec])).toEqual([
      ['customer', 'mulaw-8k'],
      ['agent', 'mulaw-8k'],
    ]);
    expect(call.ended).toMatchObject({ reason: 'ended', incomplete: false, durationMs: 5000, dropped: exactly({}) });
    const finals = call.of('rapport.transcript.final').map(({ data }) => data.party);
    expect(finals.sort()).toEqual(['agent', 'customer', 'customer']);
    expect(call.of('rapport.window.assessed').map(({ data }) => data.subject)).not.toContain('agent');
    expect(call.gaps).toEqual([]);
    expect(JSON.stringify(call.events)).not.toMatch(/not asked for|greeting/);
  });

  it('hears the agent on the inbound track where the call says so', async () => {
    const stream = await enter();
    stream.start({ tracks: ['inbound', 'outbound'], customParameters: { party: 'agent' } });
    stream.stop();
    await stream.line.closed;
    const { streams } = (await endedCall(service, stream.callSid)).started;
    expect(streams.map(({ party }) => party)).toEqual(['agent', 'customer']);
  });

  it('goes by numbers and time stamps, whatever the order in which messages come', async () => {
    const straight = await enter();
    straight.start();
    straight.say({ inbound: CUSTOMER });
    straight.stop();
    await straight.line.closed;

    const shuffled = await enter();
    const messages = [shuffled.started(), ...shuffled.speech({ inbound: CUSTOMER })];
    // each eight of them backwards, the start among them
    for (let at = 0; at < messages.length; at += 8) {
      for (const message of messages.slice(at, at + 8).reverse()) shuffled.line.json(message);
    }
    shuffled.stop();
    expect((await shuffled.line.closed).status).toBe(1000);

    const essence = async (callSid: string) => {
      const call = await endedCall(service, callSid);
      const texts = call.of('rapport.transcript.final').map(({ data }) => [data.startMs, data.endMs, data.text]);
      // the last final may be ready for the last window, or just not
      const windows = call
        .of('rapport.window.assessed')
        .map(({ data }) => [data.windowEndMs, data.emotion])
        .slice(0, 4);
      return { texts, windows, dropped: call.ended.dropped };
    };
    const expected = await essence(straight.callSid);
    expect(expected.windows.length).toBe(4);
    expect(await essence(shuffled.callSid)).toEqual(expected);
  });

  it('is watched over rapport.v1 like any other session', async () => {
    const stream = await enter();
    stream.start();
    stream.say({ inbound: tone(2500) });
    const { sessionId } = await foundCall(service, stream.callSid, (c) => c.of('rapport.window.assessed').length > 0);
    const watcher = await RawClient.open(service.url, KEYS[0]!.key);
    const asked = (ref: string) => {
      watcher.json({ type: 'session.observe', sessionId, ref });
      return watcher.until((m): m is SessionState | ErrorMessage => 'ref' in m && m.ref === ref);
    };
    let state = await asked('0');
    // the file has a result a moment before it is durable, and is told of: one run in a hundred asked in between, and waited for ever
    for (let again = 1; state.type === 'error'; again += 1) state = await asked(`${again}`);
    expect(state).toMatchObject({ status: 'live', started: { data: { session: { externalId: stream.callSid } } } });
    stream.stop();
    const last = await watcher.until(
      (m): m is Extract<typeof m, { type: 'result' }> =>
        m.type === 'result' && m.event.type === 'rapport.session.ended',
    );
    expect(last.event.subject).toBe(sessionId);
    watcher.abort();
  });

  it('announces what never came, and counts what came twice', async () => {
    const stream = await enter();
    stream.start();
    const messages = stream.speech({ inbound: tone(4000) });
    // 400 ms are missing, and a second of it is sent again
    for (const message of [...messages.slice(0, 50), ...messages.slice(70), ...messages.slice(100, 150)]) {
      stream.line.json(message);
    }
    stream.stop();
    await stream.line.closed;
    const call = await endedCall(service, stream.callSid);
    expect(call.gaps).toMatchObject([{ reason: 'unknown', fromMs: 1000, toMs: 1400, stream: 'customer-voice-1' }]);
    expect(call.ended.dropped).toEqual({ duplicate: 50 });
    expect(call.ended.durationMs).toBe(4000);
  });

  describe('who knocks', () => {
    const refused = (headers: Record<string, string>) => refusedUpgrade(TwilioStream.door(service), undefined, headers);

    it.each([
      ['nothing', {}],
      ['no base64', { 'x-twilio-signature': 'nonsense' }],
      ['a signature of another token', signed(PUBLIC_URL, `${AUTH_TOKEN}0`)],
      ['a signature of another address', signed('wss://calls.example.com/other')],
      ['an API key of ours', { authorization: `Bearer ${KEYS[0]!.key}` }],
    ])('with %s is refused with 401', async (_what, headers) => {
      const { status, body } = await refused(headers as Record<string, string>);
      expect([status, body.code]).toEqual([401, 'unauthorized']);
      expect(JSON.stringify(body)).not.toContain(AUTH_TOKEN);
    });

    it.each(['wss://calls.example.com/twilio/', 'wss://calls.example.com:443/twilio'])(
      'may have signed %s',
      async (url) => {
        const stream = await enter(signed(url));
        stream.line.close();
        await stream.line.closed;
      },
    );

    it('finds no door where none is set up', async () => {
      const shut = await startService({ apiKeys: KEYS });
      const answer = await refusedUpgrade(TwilioStream.door(shut), undefined, signed());
      expect([answer.status, answer.body.code]).toEqual([404, 'unknown_path']);
      await shut.close();
    });

    it('goes by the header Host without an address of our own', async () => {
      const plain = await startService({ apiKeys: KEYS, doors: { ...DOORS, twilio: { accounts: ACCOUNTS } } });
      const at = new URL(plain.http).host;
      const stream = await TwilioStream.connect(plain, signed(`wss://${at}/twilio`));
      stream.start();
      stream.stop();
      expect((await stream.line.closed).status).toBe(1000);
      await plain.close();
    });
  });

  describe('what is no stream', () => {
    let beside: TwilioStream;
    let saidMs = 0;
    beforeAll(async () => {
      beside = await enter();
      beside.start();
      await foundCall(service, beside.callSid);
    });

    it.each<[string, number, RegExp, (stream: TwilioStream) => void]>([
      ['no JSON', 1007, /^malformed_message: /, ({ line }) => line.text('{"event":')],
      ['JSON but no object', 1007, /^malformed_message: /, ({ line }) => line.text('[]')],
      ['media before the start', 1002, /^session_required: /, (s) => s.say({ inbound: tone(20) })],
      ['a stop before the start', 1002, /^session_required: /, (s) => s.stop()],
      ['a binary message', 1003, /^not_supported: /, ({ line }) => line.bytes(new Uint8Array(160))],
      ['a start without callSid', 1008, /callSid is missing/, (s) => s.start({ callSid: undefined })],
      ['a start without tracks', 1008, /neither of the two/, (s) => s.start({ tracks: ['sideways'] })],
      ['another party', 1008, /party is "both"/, (s) => s.start({ customParameters: { party: 'both' } })],
      ['no consent', 1008, /nothing may be analysed/, (s) => s.start({ customParameters: { consent: 'false' } })],
      [
        'a codec that there is not',
        1003,
        /audio\/x-opus of 48000 Hz/,
        (s) => s.start({ mediaFormat: { encoding: 'audio/x-opus', sampleRate: 48_000, channels: 1 } }),
      ],
      ['a message that is too large', 1009, /^/, ({ line }) => line.text(`"${'x'.repeat(64 * 1024)}"`)],
    ])('%s is closed with %i', async (_what, status, reason, send) => {
      const calls = (await callsOf(service)).length;
      const stream = await enter();
      send(stream);
      const closed = await stream.line.closed;
      expect(closed.status).toBe(status);
      expect(closed.reason).toMatch(reason);
      expect(await callsOf(service)).toHaveLength(calls);
      beside.say({ inbound: tone(100) }, saidMs);
      saidMs += 100;
    });

    it('harms nobody else: the call beside all of these has lost nothing', async () => {
      beside.stop();
      expect((await beside.line.closed).status).toBe(1000);
      const { ended } = await endedCall(service, beside.callSid);
      expect(ended).toMatchObject({ reason: 'ended', incomplete: false, dropped: exactly({}), finals: 1 });
      expect(ended.durationMs).toBeGreaterThanOrEqual(saidMs);
    });

    it('a second start ends the call as it is', async () => {
      const stream = await enter();
      stream.start();
      stream.say({ inbound: tone(1500) });
      stream.start();
      expect(await stream.line.closed).toMatchObject({ status: 1002, reason: expect.stringMatching(/second start/) });
      const call = await endedCall(service, stream.callSid);
      expect(call.ended).toMatchObject({ reason: 'disconnected' });
      expect(call.of('rapport.transcript.final')).toHaveLength(1);
    });

    it('a stream that was there before is not begun again, live or over', async () => {
      const first = await enter();
      first.start();
      await foundCall(service, first.callSid);
      const replay = async () => {
        const again = await enter();
        again.start({ streamSid: first.streamSid, callSid: first.callSid });
        return again.line.closed;
      };
      expect(await replay()).toMatchObject({ status: 1008, reason: expect.stringMatching(/^forbidden: /) });
      first.stop();
      await first.line.closed;
      expect(await replay()).toMatchObject({ status: 1008 });
      const calls = (await callsOf(service)).filter(({ started }) => started.session.externalId === first.callSid);
      expect(calls).toHaveLength(1);
    });

    it('bad media is left out and counted; the call goes on', async () => {
      const stream = await enter();
      stream.start();
      const [one, two, three, four, five] = stream.speech({ inbound: tone(100) }) as {
        media: Record<string, unknown>;
        streamSid: string;
        sequenceNumber?: string;
      }[];
      stream.line.json({ ...one, media: { ...one!.media, payload: 'no base64!' } });
      stream.line.json({ ...two, media: { ...two!.media, timestamp: 'soon' } });
      stream.line.json({ ...three, media: { ...three!.media, track: 'outbound' } }); // which was not announced
      stream.line.json({ ...four, streamSid: 'MZ of somebody else' });
      stream.line.json({ ...five, sequenceNumber: '-1' });
      stream.stop();
      // 5 is not known by its number, so the stop waits for it and is given out when the connection goes
      stream.line.close();
      await stream.line.closed;
      expect((await endedCall(service, stream.callSid)).ended).toMatchObject({
        ...{ reason: 'ended', dropped: { payload_invalid: 5 } },
      });
    });

    it('a message that is never finished ends its own call with the connection', async () => {
      const stream = await enter();
      stream.start();
      stream.say({ inbound: tone(1500) });
      stream.line.half('{"event":"media","sequ');
      await foundCall(service, stream.callSid);
      stream.line.abort();
      expect((await endedCall(service, stream.callSid)).ended).toMatchObject({
        reason: 'disconnected',
        incomplete: false,
      });
    });

    it('says nothing: it is closed when its time is over', async () => {
      const impatient = await startService({ apiKeys: KEYS, doors: DOORS }, new ScriptedPool(), { startTimeoutMs: 20 });
      const stream = await TwilioStream.connect(impatient);
      expect(await stream.line.closed).toMatchObject({
        status: 4408,
        reason: expect.stringMatching(/^session_timeout: /),
      });
      await impatient.close();
    });
  });

  it('tells a call beyond the quota when to come back', async () => {
    const small = await startService({ apiKeys: KEYS, doors: DOORS, maxSessions: 1 });
    const first = await TwilioStream.connect(small);
    first.start();
    await foundCall(small, first.callSid);
    const second = await TwilioStream.connect(small);
    second.start();
    expect(await second.line.closed).toEqual({
      status: 1013,
      reason: 'too_many_sessions (retryAfterMs 1000): All 1 sessions are taken.',
    });
    first.stop();
    expect((await first.line.closed).status).toBe(1000);
    await small.close();
  });

  it('a sender that outruns its credit loses what there is no room for, which is counted and announced', async () => {
    let goOn = (): void => {};
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    // until then nothing is worked off, so no credit comes back
    const stuck = new ScriptedPool({ latencyMs: { 'voice-activity': 1 }, sleep: () => gate });
    const slow = await startService({ apiKeys: KEYS, doors: DOORS }, stuck);
    const stream = await TwilioStream.connect(slow);
    stream.start();
    stream.say({ inbound: tone(11_000) });
    // 1 s is beyond the window of 10 s
    const { framesDropped } = slow.app.get<ServiceMeter>(METER, { strict: false });
    await eventually(() => Object.fromEntries(framesDropped.entries()).credit_exceeded === 50);
    goOn();
    await foundCall(slow, stream.callSid, (call) => call.of('rapport.window.assessed').length >= 5);
    stream.say({ inbound: tone(1000) }, 11_000);
    stream.stop();
    await stream.line.closed;
    const call = await endedCall(slow, stream.callSid);
    expect(call.ended).toMatchObject({ reason: 'ended', durationMs: 12_000, dropped: { credit_exceeded: 50 } });
    expect(call.gaps).toMatchObject([{ reason: 'buffer_overflow', fromMs: 10_000, toMs: 11_000 }]);
    await slow.close();
  });

  it('a service that ends finishes the call and closes its line', async () => {
    const ending = await startService({ apiKeys: KEYS, doors: DOORS });
    const stream = await TwilioStream.connect(ending);
    stream.start();
    stream.say({ inbound: tone(1500) });
    await foundCall(ending, stream.callSid);
    await ending.app.close();
    expect((await stream.line.closed).status).toBe(1000);
    const { ended } = await endedCall(ending, stream.callSid);
    expect(ended).toMatchObject({ reason: 'shutdown', incomplete: false });
    rmSync(ending.config.dataDir, { recursive: true, force: true });
  });
});
