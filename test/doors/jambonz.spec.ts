import { ScriptedPool } from '../../src/models/scripted-pool';
import { exactly } from '../support/exactly';
import { refusedUpgrade } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';
import { bytesOf, joined, silence, tone } from '../support/sound';
import { closesOn } from './support/bad-calls';
import { about, callsOf, endedCall, foundCall } from './support/call-results';
import { ForeignLine } from './support/foreign-line';
import { at8k } from './support/mulaw';

const KEY = 'key-of-acme-0123456789';
const KEYS = [
  { tenant: 'acme', key: KEY },
  { tenant: 'acme', key: 'key-for-watching-0123456789', scopes: ['monitor' as const] },
];
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
/** As the verb's `wsAuth` sends it. */
const AUTH = { authorization: basic('rapport', KEY) };
let calls = 0;

describe('the door of jambonz', () => {
  let service: RunningService;
  let url: string;
  beforeAll(async () => {
    service = await startService({ apiKeys: KEYS, doors: { jambonz: true, asterisk: false } }, new ScriptedPool());
    url = `${service.http.replace('http', 'ws')}/jambonz`;
  });
  afterAll(() => service.close());

  const enter = () => ForeignLine.open(url, { protocols: ['audio.jambonz.org'], headers: AUTH });
  /** What comes first, as the feature server writes it. */
  const preamble = (fields: object = {}) => {
    calls += 1;
    return {
      ...{
        sampleRate: 8000,
        mixType: 'mono',
        callSid: `0f3a-${calls}`,
        direction: 'inbound',
        callStatus: 'in-progress',
      },
      ...{ from: '+15550100', to: '+15550199', callId: 'x@y', accountSid: 'a', applicationSid: 'b', ...fields },
    };
  };
  const begin = async (fields: object = {}) => {
    const line = await enter();
    const first = preamble(fields);
    line.json(first);
    return { line, callSid: first.callSid };
  };
  /** Messages of 20 ms. */
  const say = (line: ForeignLine, bytes: Uint8Array, bytesPerMs: number) => {
    const size = 20 * bytesPerMs;
    for (let at = 0; at < bytes.length; at += size) line.bytes(bytes.subarray(at, at + size));
  };

  it('takes a caller in one channel; the metadata of the verb is that of the session', async () => {
    const { line, callSid } = await begin({ customerId: 'c-7', queue: 'billing' });
    expect(line.protocol).toBe('audio.jambonz.org');
    say(line, bytesOf(at8k(joined(tone(1500), silence(1500)))), 16);
    line.json({ event: 'dtmf', dtmf: '2', duration: '1600' });
    line.json({ type: 'playDone' });
    await foundCall(service, callSid, (c) => c.of('rapport.transcript.final').length > 0);
    line.close();
    const call = await endedCall(service, callSid);
    expect(call.started.session).toMatchObject({ externalId: callSid, customerId: 'c-7', queue: 'billing' });
    expect(call.started.streams).toEqual([{ streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-8k' }]);
    expect(call.ended).toMatchObject({
      reason: 'ended',
      incomplete: false,
      durationMs: about(3000),
      dropped: exactly({}),
    });
    expect(JSON.stringify(call.events)).not.toMatch(/15550100|15550199/);
  });

  it('tells the two channels of stereo apart: the leg that listens is the customer, unless the metadata says agent', async () => {
    const one = at8k(joined(tone(1500), silence(2500)));
    const two = at8k(joined(silence(2000), tone(1500), silence(500)));
    const stereo = new Int16Array(2 * one.length);
    one.forEach((sample, i) => {
      stereo[2 * i] = sample;
      stereo[2 * i + 1] = two[i]!;
    });
    const { line, callSid } = await begin({ mixType: 'stereo' });
    say(line, bytesOf(stereo), 32);
    line.close();
    const call = await endedCall(service, callSid);
    const finals = call.of('rapport.transcript.final').map(({ data }) => [data.party, data.startMs < 1500]);
    expect(finals.sort()).toEqual([
      ['agent', false],
      ['customer', true],
    ]);
    const turned = await begin({ mixType: 'stereo', party: 'agent' });
    turned.line.close();
    const { streams } = (await endedCall(service, turned.callSid)).started;
    expect(streams).toMatchObject([{ party: 'mixed', channels: ['agent', 'customer'] }]);
  });

  it('hears both parties of a mix as such', async () => {
    const { line, callSid } = await begin({ mixType: 'mixed', sampleRate: '16000' });
    line.close();
    const { streams } = (await endedCall(service, callSid)).started;
    expect(streams).toMatchObject([{ party: 'mixed', codec: 'pcm16le-16k' }]);
  });

  it.each<[string, Record<string, string>, number]>([
    ['nothing', {}, 401],
    ['a wrong password', { authorization: basic('rapport', 'key-of-nobody-0123456789') }, 401],
    ['the key as the user', { authorization: basic(KEY, '') }, 401],
    ['a key that may only watch', { authorization: basic('x', 'key-for-watching-0123456789') }, 403],
    ['a page of another host', { ...AUTH, origin: 'https://evil.example' }, 403],
  ])('refuses %s', async (_what, headers, status) => {
    expect((await refusedUpgrade(url, 'audio.jambonz.org', headers)).status).toBe(status);
  });

  it('takes the key as a bearer too', async () => {
    const line = await ForeignLine.open(url, { headers: { authorization: `Bearer ${KEY}` } });
    line.close();
    expect((await line.closed).status).toBe(1000);
  });

  closesOn(enter, [
    ['no JSON', 1007, /^malformed_message: /, (line) => line.text('hello')],
    ['a call without its sid', 1008, /callSid/, (line) => line.json(preamble({ callSid: undefined }))],
    ['sound before the call', 1002, /^session_required: /, (line) => line.bytes(new Uint8Array(320))],
    ['a rate that is not decoded', 1003, /64000 Hz/, (line) => line.json(preamble({ sampleRate: 64_000 }))],
    ['another mix', 1008, /mixType/, (line) => line.json(preamble({ mixType: 'surround' }))],
    ['no consent', 1008, /nothing may be analysed/, (line) => line.json(preamble({ consent: false }))],
    ['a message that is too large', 1009, /^/, (line) => line.bytes(new Uint8Array(256 * 1024 + 1))],
    ['text that is no UTF-8', 1007, /^/, (line) => line.badText(Uint8Array.of(0xc3, 0x28))],
  ]);

  it('the message of the call, sent again, changes nothing; one that is never finished ends its own call', async () => {
    const { line, callSid } = await begin();
    say(line, bytesOf(at8k(tone(1000))), 16);
    line.json(preamble({ callSid, sampleRate: 48_000, consent: false }));
    say(line, bytesOf(at8k(tone(500))), 16);
    line.half('{"event":"dt');
    await foundCall(service, callSid);
    line.abort();
    const call = await endedCall(service, callSid);
    expect(call.started.streams).toMatchObject([{ codec: 'pcm16le-8k' }]);
    expect(call.ended).toMatchObject({ reason: 'disconnected', durationMs: about(1500), dropped: exactly({}) });
    expect((await callsOf(service)).filter(({ started }) => started.session.externalId === callSid)).toHaveLength(1);
  });

  it('leaves out and counts what is no whole sample, and knows a lost connection from an end', async () => {
    const { line, callSid } = await begin();
    line.bytes(new Uint8Array(321));
    say(line, bytesOf(at8k(tone(1000))), 16);
    await foundCall(service, callSid);
    line.abort();
    expect((await endedCall(service, callSid)).ended).toMatchObject({
      ...{ reason: 'disconnected', durationMs: about(1000), dropped: { payload_invalid: 1 } },
    });
  });
});
