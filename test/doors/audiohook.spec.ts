import { randomUUID } from 'node:crypto';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { exactly } from '../support/exactly';
import { AudioHookClient, HOOK_CONFIG, HOOK_KEY, msOf, spanOf } from '../support/audiohook/audiohook-client';
import { BAD_VECTORS, GOOD_VECTORS, openParameters } from '../support/audiohook/vectors';
import { type RunningService, detached, startService } from '../support/service';
import { bytesOf, joined, silence, tone } from '../support/sound';
import { callsOf, endedCall } from './support/call-results';
import { at8k, mulawOf } from './support/mulaw';

const PLAIN_KEY = 'plain-key-0123456789';
const DOORS = {
  jambonz: false,
  asterisk: false,
  audiohook: { keys: [...HOOK_CONFIG.keys, { tenant: 'acme', apiKey: PLAIN_KEY }] },
};
/** Two turns of the customer and, between them, one of the agent. */
const CUSTOMER = joined(tone(1500), silence(1500), tone(1000), silence(1000));
const AGENT = joined(silence(1600), tone(1300), silence(2100));

/** Two channels as AudioHook sends them, sample by sample. */
function interleaved(first: Uint8Array, second: Uint8Array, width = 1): Uint8Array {
  const out = new Uint8Array(first.length * 2);
  for (let at = 0; at < first.length; at += width) {
    out.set(first.subarray(at, at + width), 2 * at);
    out.set(second.subarray(at, at + width), 2 * at + width);
  }
  return out;
}

/** In messages of 200 ms, as the publisher's client sends it. */
function say(client: AudioHookClient, bytes: Uint8Array, bytesPerMs = 16): void {
  for (let at = 0; at < bytes.length; at += 200 * bytesPerMs) {
    client.audio(bytes.subarray(at, at + 200 * bytesPerMs), bytesPerMs);
  }
}

describe('the door of Genesys AudioHook', () => {
  let service: RunningService;
  /** Lives through everything that happens beside it. */
  let bystander: AudioHookClient;

  beforeAll(async () => {
    service = await startService({ doors: DOORS }, new ScriptedPool());
    bystander = await AudioHookClient.connect(service);
    await bystander.open();
  });
  afterAll(async () => {
    await bystander.close();
    await service.close();
  });
  afterEach(async () => {
    const before = bystander.said.length;
    bystander.send('ping');
    await bystander.next('pong', bystander.types.filter((type) => type === 'pong').length);
    expect(bystander.said).toHaveLength(before + 1);
  });

  const enter = (how = {}) => AudioHookClient.connect(service, how);
  const conversation = () => ({ conversationId: randomUUID() });

  it('takes both channels of a call: external is the customer, internal the agent; transcripts come back in its own times', async () => {
    const client = await enter();
    const { conversationId } = conversation();
    const customConfig = { customerId: 'c-7', queue: 'billing', note: 'not asked for' };
    await client.open({ conversationId, customConfig });
    say(client, interleaved(mulawOf(CUSTOMER), mulawOf(AGENT)));
    const transcripts = await client.close();

    expect(transcripts.map(({ channel }) => channel).sort()).toEqual(['external', 'external', 'internal']);
    expect(new Set(transcripts.map(({ id }) => id)).size).toBe(3);
    for (const { isFinal, alternatives } of transcripts) {
      expect(isFinal).toBe(true);
      const { tokens } = alternatives[0]!.interpretations[0]!;
      const offsets = tokens.map(({ offset }) => msOf(offset));
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    }
    const [first] = transcripts.filter(({ channel }) => channel === 'external').map(spanOf);
    expect(first![0]).toBeLessThan(300);
    expect(first![1]).toBeGreaterThan(1400);

    const call = await endedCall(service, conversationId);
    expect(call.started.session).toMatchObject({ customerId: 'c-7', queue: 'billing', language: 'en-US' });
    expect(call.started.streams.map(({ party, codec }) => [party, codec])).toEqual([
      ['customer', 'mulaw-8k'],
      ['agent', 'mulaw-8k'],
    ]);
    expect(call.ended).toMatchObject({ reason: 'ended', incomplete: false, durationMs: 5000, dropped: exactly({}) });
    expect(call.of('rapport.window.assessed').map(({ data }) => data.subject)).not.toContain('agent');
    expect(JSON.stringify(call.events)).not.toMatch(/not asked for|555-1234|John Doe/);
  });

  it('hears L16 as it hears PCMU, and channels the other way round', async () => {
    const client = await enter();
    const { conversationId } = conversation();
    const media = [{ type: 'audio', format: 'L16', channels: ['internal', 'external'], rate: 8000 }];
    await client.open({ conversationId, media });
    say(client, interleaved(bytesOf(at8k(AGENT)), bytesOf(at8k(CUSTOMER)), 2), 32);
    const transcripts = await client.close();
    expect(transcripts.map(({ channel }) => channel).sort()).toEqual(['external', 'external', 'internal']);
    const call = await endedCall(service, conversationId);
    expect(call.started.streams.map(({ party, codec }) => [party, codec])).toEqual([
      ['agent', 'pcm16le-8k'],
      ['customer', 'pcm16le-8k'],
    ]);
  });

  it('a pause keeps nothing of what lies in it, and cuts what was being said', async () => {
    const client = await enter();
    const { conversationId } = conversation();
    await client.open({
      conversationId,
      media: [{ type: 'audio', format: 'PCMU', channels: ['external'], rate: 8000 }],
    });
    say(client, mulawOf(tone(2000)), 8);
    client.send('paused');
    client.positionMs += 1000;
    client.send('resumed', { start: 'PT2S', discarded: 'PT1S' });
    say(client, mulawOf(joined(tone(2000), silence(1000))), 8);
    const spans = (await client.close()).map(spanOf);
    expect(spans).toHaveLength(2);
    expect(spans[0]![1]).toBeLessThanOrEqual(2000);
    expect(spans[1]![0]).toBeGreaterThanOrEqual(2900);
    const call = await endedCall(service, conversationId);
    expect(call.of('rapport.session.updated').map(({ data }) => data.kind)).toContain('pause');
  });

  it('an update cuts what is being said; what was discarded is announced as a gap', async () => {
    const client = await enter();
    const { conversationId } = conversation();
    await client.open({
      conversationId,
      media: [{ type: 'audio', format: 'PCMU', channels: ['external'], rate: 8000 }],
    });
    say(client, mulawOf(tone(2000)), 8);
    client.send('update', { language: 'en-US' });
    await client.next('updated');
    say(client, mulawOf(joined(tone(1600), silence(1400))), 8);
    client.positionMs += 500;
    client.send('discarded', { start: 'PT5S', discarded: 'PT0.5S' });
    say(client, mulawOf(silence(500)), 8);
    const spans = (await client.close()).map(spanOf);
    expect(spans).toHaveLength(2);
    expect(Math.abs(spans[0]![1] - 2000)).toBeLessThanOrEqual(100);
    expect(Math.abs(spans[1]![0] - 2000)).toBeLessThanOrEqual(100);
    const { gaps } = await endedCall(service, conversationId);
    expect(gaps).toMatchObject([{ fromMs: 5000, toMs: 5500 }]);
  });

  it('an update with another language: what is said from there on is heard, told and assessed in it', async () => {
    const pool = new ScriptedPool({ transcripts: ({ language }) => `heard as ${language}` });
    const own = await startService({ doors: DOORS }, pool);
    const client = await AudioHookClient.connect(own);
    const { conversationId } = conversation();
    await client.open({
      conversationId,
      media: [{ type: 'audio', format: 'PCMU', channels: ['external'], rate: 8000 }],
    });
    say(client, mulawOf(tone(2000)), 8);
    client.send('update', { language: 'de-DE' });
    await client.next('updated');
    say(client, mulawOf(joined(tone(1600), silence(1400))), 8);
    const told = (await client.close()).map(({ alternatives: [one] }) => [
      one!.languages,
      one!.interpretations[0]!.transcript,
    ]);
    expect(told).toEqual([
      [['en-US'], 'heard as en'],
      [['de-DE'], 'heard as de'],
    ]);
    const call = await endedCall(own, conversationId);
    const changes = call.of('rapport.session.updated').filter(({ data }) => data.kind === 'language');
    expect(changes.map(({ data }) => data)).toEqual([
      { kind: 'language', mediaMs: 2000, detail: { language: 'de-DE', source: 'stated' } },
    ]);
    expect(call.of('rapport.transcript.final').map(({ data }) => data.language)).toEqual(['en-US', 'de-DE']);
    expect(call.ended).toMatchObject({ language: 'de-DE', languageSource: 'stated' });
    await own.close();
  });

  it('a connection probe begins no session', async () => {
    const client = await enter();
    const zeros = '00000000-0000-0000-0000-000000000000';
    await client.open({ conversationId: zeros, participant: { id: zeros, ani: '', aniName: '', dnis: '' } });
    await client.close();
    const { conversationId } = conversation();
    const next = await enter();
    await next.open({ conversationId });
    await next.close();
    await endedCall(service, conversationId);
    // what is not in the log before one that began later never began
    const known = (await callsOf(service)).map(({ started }) => started.session.externalId);
    expect(known).not.toContain(zeros);
  });

  it('goes on with a call whose connection was lost: nothing is heard twice, what was not seen is told again', async () => {
    const { conversationId } = conversation();
    const sound = interleaved(mulawOf(CUSTOMER), mulawOf(AGENT));
    const first = await enter();
    await first.open({ conversationId });
    say(first, sound.subarray(0, 2600 * 16));
    await first.next('event');
    first.abort();
    await detached(service);

    // it has kept a little, and saw nothing of the events
    const second = await enter({ positionMs: 2000 });
    const continuedSessions = [{ id: first.sessionId, serverseq: 1, clientseq: 1 }];
    const opened = await second.open({ conversationId, continuedSessions });
    expect(opened).toMatchObject({ discardTo: 'PT2.6S' });
    say(second, sound.subarray(2000 * 16));
    const transcripts = await second.close();
    expect(transcripts.map(({ channel }) => channel).sort()).toEqual(['external', 'external', 'internal']);
    expect(transcripts[0]).toEqual(first.transcripts[0]);
    const call = await endedCall(service, conversationId);
    expect(call.ended).toMatchObject({ durationMs: 5000, dropped: exactly({}), incomplete: false });
    expect(call.gaps).toEqual([]);
  });

  it('goes on over a new connection before the old one is closed', async () => {
    const { conversationId } = conversation();
    const first = await enter();
    await first.open({ conversationId });
    say(first, interleaved(mulawOf(tone(1000)), mulawOf(silence(1000))));
    first.send('ping');
    await first.next('pong');
    const second = await enter({ positionMs: 1000 });
    await second.open({ conversationId, continuedSessions: [{ id: first.sessionId, serverseq: 2, clientseq: 2 }] });
    await first.close('reconnect');
    say(second, interleaved(mulawOf(silence(2000)), mulawOf(silence(2000))));
    expect(await second.close()).toHaveLength(1);
    expect((await endedCall(service, conversationId)).ended).toMatchObject({ durationMs: 3000, reason: 'ended' });
  });

  it('begins anew where the session is not known, or another conversation is meant', async () => {
    const { conversationId } = conversation();
    const client = await enter({ positionMs: 60_000 });
    const continuedSessions = [
      { id: randomUUID(), serverseq: 9, clientseq: 9 },
      { id: bystander.sessionId, serverseq: 1, clientseq: 1 },
    ];
    expect(await client.open({ conversationId, continuedSessions })).not.toHaveProperty('discardTo');
    say(client, interleaved(mulawOf(CUSTOMER), mulawOf(AGENT)));
    const spans = (await client.close()).map(spanOf);
    expect(Math.min(...spans.map(([from]) => from))).toBeGreaterThanOrEqual(60_000);
    expect((await endedCall(service, conversationId)).ended.durationMs).toBe(5000);
  });

  describe('message vectors', () => {
    it.each(GOOD_VECTORS)('$name', async ({ steps }) => {
      await play(steps);
    });

    it.each(BAD_VECTORS)('bad: $name', async ({ steps }) => {
      // this client says goodbye by itself
      await play(steps.filter(({ send }) => typeof send === 'number' || !('type' in send) || send.type !== 'close'));
    });

    async function play(steps: (typeof GOOD_VECTORS)[number]['steps']): Promise<void> {
      const client = await enter();
      const one = conversation();
      const wanted: string[] = [];
      for (const { send, expect: expected } of steps) {
        if (typeof send === 'number') client.audio(new Uint8Array(send).fill(0xff));
        else if ('text' in send) client.text(send.text);
        else {
          const { type, parameters = {}, ...over } = send;
          const isReal = type === 'open' && JSON.stringify(parameters).includes(openParameters().conversationId);
          client.send(type, isReal ? { ...parameters, ...one } : parameters, over);
        }
        for (const { type, parameters = {} } of expected) {
          const said = await client.next(type, wanted.filter((other) => other === type).length);
          expect(said.parameters).toMatchObject(parameters);
          wanted.push(type);
        }
      }
      expect((await client.closed).status).toBe(1005);
      expect(client.types.filter((type) => type !== 'closed')).toEqual(wanted.filter((type) => type !== 'closed'));
      expect(client.types.at(-1)).toBe('closed');
    }
  });

  describe('who may not come in', () => {
    it.each([
      ['unsigned', { headers: { signature: undefined, 'signature-input': undefined } }],
      ['signed by another secret', { secret: Buffer.alloc(32, 1) }],
      ['of an unknown key', { key: 'bm90LWEta2V5LW9mLW91cnM=' }],
      ['signed for another request', { headers: { 'audiohook-correlation-id': randomUUID() } }],
      ['signed a minute ago', { nowMs: Date.now() - 60_000 }],
      ['signed in a minute', { nowMs: Date.now() + 60_000 }],
    ])('%s: told so, and closed', async (_what, how) => {
      const client = await enter(how);
      client.send('open', openParameters(conversation()));
      const { parameters } = await client.next('disconnect');
      expect(parameters).toMatchObject({ reason: 'unauthorized' });
      expect(JSON.stringify(parameters)).not.toContain(HOOK_KEY);
      await client.next('closed');
      expect(client.types).toEqual(['disconnect', 'closed']);
    });

    it('a signature that was shown before', async () => {
      const how = { nonce: 'bm9uY2UtdGhhdC1pcy1zaG93bg==', sessionId: randomUUID() };
      const first = await enter(how);
      await first.close();
      const second = await enter(how);
      expect((await second.next('disconnect')).parameters).toMatchObject({ reason: 'unauthorized' });
      await second.closed;
    });

    it('what is no client of AudioHook is refused at the upgrade', async () => {
      await expect(enter({ headers: { 'audiohook-organization-id': 'nobody' } })).rejects.toThrow('400');
      await expect(enter({ headers: { 'audiohook-correlation-id': undefined } })).rejects.toThrow('400');
    });

    it('a key without a secret is enough where it was set up so', async () => {
      const headers = { 'x-api-key': PLAIN_KEY, signature: undefined, 'signature-input': undefined };
      const client = await enter({ headers });
      await client.open(conversation());
      await client.close();
    });
  });

  it('a session id that is connected is not taken twice', async () => {
    const client = await enter({ sessionId: bystander.sessionId });
    client.send('open', openParameters(conversation()));
    expect((await client.next('disconnect')).parameters).toMatchObject({ info: expect.stringMatching(/^409: /) });
    await client.closed;
  });

  it('a message that is never finished harms nobody, and its call waits for its client', async () => {
    const { conversationId } = conversation();
    const client = await enter();
    await client.open({ conversationId });
    client.half('{"version":"2"');
    client.abort();
    await detached(service);
    const again = await enter();
    await again.open({ conversationId, continuedSessions: [{ id: client.sessionId, serverseq: 1, clientseq: 1 }] });
    await again.close();
    expect((await endedCall(service, conversationId)).ended.reason).toBe('ended');
  });

  it('a message above every bound closes the WebSocket with 1009', async () => {
    const client = await enter();
    await client.open(conversation());
    client.audio(new Uint8Array(300_000));
    expect((await client.closed).status).toBe(1009);
  });

  it('asks its clients to come back elsewhere when it goes down', async () => {
    const going = await startService({ doors: DOORS }, new ScriptedPool());
    const client = await AudioHookClient.connect(going);
    await client.open(conversation());
    const gone = going.close();
    await client.next('reconnect');
    expect((await client.closed).status).toBe(1001);
    await gone;
  });
});
