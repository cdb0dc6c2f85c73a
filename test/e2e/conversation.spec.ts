import { ERRORS, RapportError } from '@rapport-live/protocol';
import { connect } from '@rapport-live/client';
import { play } from '../../src/demo/play';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { exactly } from '../support/exactly';
import { makeCall, sampleStills } from '../support/call';
import { expectWhole, HeardSession } from '../support/heard-session';
import { holdCall, openCall } from '../support/hold-call';
import { readLog } from '../support/local-log';
import { RawClient } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';
import { joined, silence, tone } from '../support/sound';

const PACE = 2;
const FAST = { pace: PACE, speed: 10 };
const KEYS = [
  { tenant: 'acme', key: 'key-of-acme-0123456789' },
  { tenant: 'globex', key: 'key-of-globex-0123456789' },
];

/** 10 s: the customer speaks twice, the agent between; two pictures a second; chat of both, one with a card number. */
const CALL = makeCall({
  voices: [
    { party: 'customer', samples: joined(silence(500), tone(2500), silence(2500), tone(2500), silence(2000)) },
    { party: 'agent', samples: joined(silence(3500), tone(1500, 95), silence(5000)) },
  ],
  stills: { party: 'customer', jpegs: sampleStills(20), everyMs: 500 },
  chat: [
    { party: 'customer', ptsMs: 4200, text: 'my card is 4111 1111 1111 1111, mail ann@example.com' },
    { party: 'agent', ptsMs: 6300, text: 'thank you' },
  ],
});

describe('a conversation, from the client to the local log', () => {
  let pool: ScriptedPool;
  let service: RunningService;

  beforeAll(async () => {
    pool = new ScriptedPool();
    // history reads the agent's words too, to be searched: that is no assessment, and here would be counted as one
    const history = { kind: 'off', keepMs: Infinity, maxBytes: 0 } as const;
    service = await startService({ apiKeys: KEYS, history }, pool);
  });

  afterAll(() => service.close());

  describe('voice, video and chat', () => {
    let heard: HeardSession;

    beforeAll(async () => {
      heard = await holdCall(service, CALL, {
        ...FAST,
        heardMs: 9000,
        session: { externalId: 'call-1', channel: 'video', language: 'en', consent: { analysis: true } },
      });
    });

    it('has every result in order, with its schema, from session.started to session.ended', () => {
      expectWhole(heard, 'acme');
      expect(heard.results[0]!.event.data).toMatchObject({
        session: { externalId: 'call-1' },
        streams: CALL.streams,
        pace: PACE,
        agentEmotion: false,
      });
      const [ended] = heard.all('rapport.session.ended');
      expect(ended!.data).toMatchObject({
        reason: 'ended',
        incomplete: false,
        durationMs: CALL.durationMs,
        assessments: heard.windows.length,
        finals: heard.all('rapport.transcript.final').length,
        dropped: exactly({}),
      });
    });

    it('assesses once a second', () => {
      expect(heard.windows.map(({ windowEndMs }) => windowEndMs)).toEqual(
        Array.from({ length: 10 }, (_, i) => (i + 1) * 1000),
      );
      const last = heard.windows.at(-1)!;
      expect(last.modalities).toMatchObject({
        voice: { present: true },
        face: { present: true },
        text: { present: true },
      });
      expect(heard.all('rapport.window.degraded')).toEqual([]);
    });

    it('has the finals of both parties and redacts the chat', () => {
      const finals = heard.all('rapport.transcript.final').map(({ data }) => data);
      const brief = finals.map(({ source, party }) => `${party} ${source}`);
      expect(brief.sort()).toEqual(['agent chat', 'agent voice', 'customer chat', 'customer voice', 'customer voice']);
      const chat = finals.find(({ source, party }) => source === 'chat' && party === 'customer');
      expect(chat).toMatchObject({ text: 'my card is [card], mail [email]', redactions: { card: 1, email: 1 } });
      expect(JSON.stringify(heard.results)).not.toMatch(/4111 ?1111|ann@/);
    });

    it('has the same records in the local log', async () => {
      const log = await readLog(service.config.dataDir, heard.sessionId);
      expect(log.map(({ seq, event }) => ({ seq, event }))).toEqual(heard.results);
    });
  });

  it('never assesses the agent: no voice, no face, no words of theirs', async () => {
    const call = makeCall({
      voices: [
        { party: 'agent', samples: joined(tone(3000, 95), silence(1500)) },
        { party: 'customer', samples: silence(4500) },
      ],
      stills: { party: 'agent', jpegs: sampleStills(6), everyMs: 500 },
      chat: [{ party: 'agent', ptsMs: 1000, text: 'where is my order, I want my money back' }],
    });
    const submitted = { ...pool.submitted };
    const heard = await holdCall(service, call, FAST);
    expectWhole(heard, 'acme');
    expect(heard.windows).toEqual([]);
    const finals = heard.all('rapport.transcript.final').map(({ data }) => data);
    expect(finals.map(({ source, party }) => `${party} ${source}`).sort()).toEqual(['agent chat', 'agent voice']);
    expect(finals.every(({ intents, outOfScope }) => intents.length === 0 && !outOfScope)).toBe(true);
    for (const kind of ['voice-tokens', 'face-tokens', 'text-tokens', 'fusion'] as const) {
      expect([kind, pool.submitted[kind] ?? 0]).toEqual([kind, submitted[kind] ?? 0]);
    }
  });

  it('transcribes a channel of both parties and says party_unknown', async () => {
    const call = makeCall({ voices: [{ party: 'mixed', samples: joined(tone(3000), silence(1500)) }] });
    const heard = await holdCall(service, call, FAST);
    expectWhole(heard, 'acme');
    expect(heard.all('rapport.transcript.final').map(({ data }) => data.party)).toEqual(['mixed']);
    expect(heard.windows.length).toBeGreaterThanOrEqual(3);
    for (const window of heard.windows) {
      expect(window).toMatchObject({ abstained: 'party_unknown', intents: [], degraded: ['mixed_speech'] });
      expect([window.emotion, window.label, window.confidence, window.valence]).toEqual(Array(4).fill(undefined));
    }
  });

  it('says it lives, in silence, by heartbeats that are kept nowhere', async () => {
    const call = makeCall({ voices: [{ party: 'customer', samples: silence(25_000) }] });
    const heard = await holdCall(service, call, { pace: 50 });
    expectWhole(heard, 'acme');
    expect(heard.ephemeral.map(({ type, data }) => [type, data])).toEqual([
      ['rapport.session.heartbeat', { mediaMs: 10_000 }],
      ['rapport.session.heartbeat', { mediaMs: 20_000 }],
    ]);
    const log = await readLog(service.config.dataDir, heard.sessionId);
    expect(log.map(({ event }) => event.type)).toEqual(['rapport.session.started', 'rapport.session.ended']);
  });

  it('keeps two tenants apart', async () => {
    const doors = KEYS.map(({ key }) => ({ url: service.url, key }));
    const call = (text: string) =>
      makeCall({
        voices: [{ party: 'customer', samples: joined(tone(1500), silence(1000)) }],
        chat: [{ party: 'customer', ptsMs: 500, text }],
      });
    const [acme, globex] = await Promise.all([
      holdCall(doors[0]!, call('a word of acme'), FAST),
      holdCall(doors[1]!, call('a word of globex'), FAST),
    ]);
    expectWhole(acme, 'acme');
    expectWhole(globex, 'globex');
    expect(JSON.stringify(acme.results)).not.toMatch(/globex/);
    expect(JSON.stringify(globex.results)).not.toMatch(/acme/);
    for (const [heard, tenant] of [
      [acme, 'acme'],
      [globex, 'globex'],
    ] as const) {
      const log = await readLog(service.config.dataDir, heard.sessionId);
      expect(new Set(log.map(({ key }) => key))).toEqual(new Set([`${tenant}/${heard.sessionId}`]));
    }
  });

  it('works off and ends the session of a client that is gone', async () => {
    const call = makeCall({ voices: [{ party: 'customer', samples: tone(3000) }] });
    const impatient = await startService({ resumeWindowMs: 0 });
    const heard = await openCall(impatient, call, PACE);
    await play(heard.session, call, FAST.speed);
    await heard.until(({ windows }) => windows.length > 0);
    heard.session.abort();
    await heard.closed;
    const log = await untilEnded(heard.sessionId, impatient);
    await impatient.close();
    const types = log.map(({ event }) => event.type);
    expect(types.filter((type) => type === 'rapport.transcript.final')).toHaveLength(1);
    expect(types.filter((type) => type === 'rapport.window.assessed')).toHaveLength(3);
    expect(log.at(-1)!.event).toMatchObject({
      type: 'rapport.session.ended',
      data: { reason: 'disconnected', incomplete: false },
    });
  });

  it("repeats the client's reason for the end", async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start();
    client.json({ type: 'session.end', reason: 'transferred' });
    const ended = await client.until(
      (m): m is Extract<typeof m, { type: 'result' }> => m.type === 'result' && m.event.type.endsWith('.ended'),
    );
    expect(ended.event.data).toMatchObject({ reason: 'ended', clientReason: 'transferred' });
    expect(await client.closed).toEqual({ status: 1000, reason: 'session ended' });
  });

  /**
   * Who had waited long for credit counted as idle the moment it came: with every stream so, media time jumped to the
   * clock, and all that was sent on that credit was dropped as late.
   */
  it('bug: a service slower than its sender dropped what it had made wait', async () => {
    const slow = await startService({}, new ScriptedPool({ latencyMs: { 'voice-tokens': 200 } }));
    try {
      const call = makeCall({ voices: [{ party: 'customer', samples: joined(tone(15_000), silence(1000)) }] });
      const heard = await holdCall(slow, call, { pace: 8, heardMs: 15_000 });
      expectWhole(heard, 'development');
      expect(heard.windows).toHaveLength(16);
      expectNothingLost(heard);
    } finally {
      await slow.close();
    }
  });

  /** Due timers ran before the sockets were read, so a pause of our own made every stream idle, and its media late. */
  it('bug: a pause of the event loop passed for silent senders', async () => {
    const call = makeCall({ voices: [{ party: 'customer', samples: joined(tone(4500), silence(1500)) }] });
    const heard = await openCall(service, call, 8);
    const [first, rest] = [call.cues.slice(0, 15), call.cues.slice(15)];
    const send = (cues: typeof call.cues) =>
      Promise.all(cues.map((cue) => cue.kind === 'media' && heard.session.send(1, cue.payload, cue.ptsMs)));
    await send(first);
    await heard.until(({ windows }) => windows.length > 0);
    await send(rest);
    pause(1000); // 8 s of the session's clock
    await heard.end();
    expectWhole(heard, 'acme');
    expect(heard.windows.slice(0, 5).map(({ windowEndMs }) => windowEndMs)).toEqual([1000, 2000, 3000, 4000, 5000]);
    expectNothingLost(heard);
  });

  it('bug: a send after the close was taken for sent', async () => {
    const heard = await openCall(service, CALL, PACE);
    await heard.end();
    await expect(heard.session.send(1, new Uint8Array(640), 0)).rejects.toThrow('The session is over.');
  });

  it('lets a sender that is far too fast wait for credit, and works everything off', async () => {
    const durationMs = 20_000;
    const call = makeCall({
      voices: [{ party: 'customer', samples: joined(tone(durationMs - 1000), silence(1000)) }],
    });
    const heard = await openCall(service, call, PACE);
    let sent = 0;
    const sends = call.cues.map((cue) =>
      cue.kind === 'media'
        ? heard.session.send(cue.streamId, cue.payload, cue.ptsMs).then(() => (sent += cue.payload.byteLength))
        : undefined,
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toBe(320_000); // the first credit, to the byte
    await Promise.all(sends);
    await heard.until(({ windows }) => windows.length >= durationMs / 1000 - 1);
    await heard.end();
    expectWhole(heard, 'acme');
    expect(heard.windows.map(({ windowEndMs }) => windowEndMs)).toEqual(
      Array.from({ length: durationMs / 1000 }, (_, i) => (i + 1) * 1000),
    );
    expectNothingLost(heard);
  });

  /** The session goes on without its client: its end is looked for in the log. */
  async function untilEnded(sessionId: string, { config }: RunningService = service) {
    for (let attempt = 0; attempt < 500; attempt += 1) {
      const log = await readLog(config.dataDir, sessionId);
      if (log.at(-1)?.event.type === 'rapport.session.ended') return log;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('the session did not end');
  }
});

describe('the limit of sessions', () => {
  it('refuses one too many with a time to come back, and takes it when there is room', async () => {
    const service = await startService({ maxSessions: 2 });
    try {
      const options = { url: service.url, apiKey: service.key };
      const first = await HeardSession.open(options);
      const other = await HeardSession.open(options);
      const refusal = await connect(options).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refusal).toBeInstanceOf(RapportError);
      expect(refusal).toMatchObject({ code: 'too_many_sessions', retryAfterMs: 1000 });
      const raw = await RawClient.open(service.url, service.key);
      raw.json({ type: 'session.start', ref: 's-1' });
      expect(await raw.error()).toMatchObject({ code: 'too_many_sessions', retryAfterMs: 1000, ref: 's-1' });
      expect(await raw.closed).toEqual({ status: ERRORS.too_many_sessions.close, reason: 'too_many_sessions' });
      await first.end();
      const next = await HeardSession.open(options);
      await Promise.all([next.end(), other.end()]);
      expectWhole(next, 'development');
    } finally {
      await service.close();
    }
  });
});

function expectNothingLost(heard: HeardSession): void {
  expect(heard.all('rapport.session.ended')[0]!.data).toMatchObject({ dropped: exactly({}), incomplete: false });
  expect(heard.all('rapport.session.updated')).toEqual([]);
}

/** Blocks this thread, service and client alike, as a long collection of garbage would. */
function pause(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
