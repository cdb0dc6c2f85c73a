import { ScriptedPool } from '../../src/models/scripted-pool';
import { exactly } from '../support/exactly';
import { refusedUpgrade } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';
import { bytesOf, joined, silence, tone } from '../support/sound';
import { closesOn } from './support/bad-calls';
import { about, callsOf, endedCall, foundCall } from './support/call-results';
import { ForeignLine } from './support/foreign-line';
import { at8k, mulawOf } from './support/mulaw';

const KEY = 'key-of-acme-0123456789';
/** As `username` and `password` of websocket_client.conf send it. */
const AUTH = { authorization: `Basic ${Buffer.from(`asterisk:${KEY}`, 'utf8').toString('base64')}` };
const SOUND = joined(tone(1500), silence(1500));
let calls = 0;

describe('the door of chan_websocket', () => {
  let service: RunningService;
  let url: string;
  beforeAll(async () => {
    const apiKeys = [{ tenant: 'acme', key: KEY }];
    service = await startService({ apiKeys, doors: { jambonz: false, asterisk: true } }, new ScriptedPool());
    url = `${service.http.replace('http', 'ws')}/asterisk`;
  });
  afterAll(() => service.close());

  const enter = (query = '') => ForeignLine.open(`${url}${query}`, { protocols: ['media'], headers: AUTH });
  const plain = (id: string, format = 'ulaw') =>
    `MEDIA_START connection_id:${id} channel:WebSocket/rapport/0x7f3a:1 format:${format} optimal_frame_size:160 ptime:20`;
  const json = (id: string, format = 'ulaw') =>
    JSON.stringify({
      ...{ event: 'MEDIA_START', connection_id: 'c', channel: 'WebSocket/rapport/0x1', channel_id: id, format },
      ...{ optimal_frame_size: 160, ptime: 20, channel_variables: { SECRET: 'not asked for' } },
    });
  const say = (line: ForeignLine, bytes: Uint8Array, size = 160) => {
    for (let at = 0; at < bytes.length; at += size) line.bytes(bytes.subarray(at, at + size));
  };
  const newId = () => `e226e283-${(calls += 1)}`;

  it.each([
    ['plain text', plain, ['DTMF_END digit:7', 'MEDIA_XON', 'STATUS queue_length:43 queue_full:false']],
    ['JSON', json, ['{"event":"DTMF_END","digit":"7"}', '{"event":"MEDIA_XON"}', '{"event":"SOMETHING_NEW"}']],
  ])('takes a call with control messages in %s', async (_format, start, others) => {
    const id = newId();
    const line = await enter('?party=customer&customerId=c-7&language=en');
    expect(line.protocol).toBe('media');
    line.text(start(id));
    for (const other of others) line.text(other);
    say(line, mulawOf(SOUND));
    await foundCall(service, id, (c) => c.of('rapport.transcript.final').length > 0);
    line.close();
    const call = await endedCall(service, id);
    expect(call.started.session).toMatchObject({ externalId: id, customerId: 'c-7', language: 'en' });
    expect(call.started.streams).toMatchObject([{ party: 'customer', codec: 'mulaw-8k' }]);
    expect(call.ended).toMatchObject({
      reason: 'ended',
      incomplete: false,
      durationMs: about(3000),
      dropped: exactly({}),
    });
    expect(JSON.stringify(call.events)).not.toContain('not asked for');
  });

  it('hears both parties unless it is told better, and so assesses nobody', async () => {
    const id = newId();
    const line = await enter();
    line.text(plain(id, 'slin'));
    say(line, bytesOf(at8k(SOUND)), 320);
    line.close();
    const call = await endedCall(service, id);
    expect(call.started.streams).toMatchObject([{ party: 'mixed', codec: 'pcm16le-8k' }]);
    expect(call.of('rapport.transcript.final')).toHaveLength(1);
    for (const { data } of call.of('rapport.window.assessed')) expect(data.emotion).toBeUndefined();
  });

  it.each([
    ['alaw', 'alaw-8k'],
    ['slin16', 'pcm16le-16k'],
    ['slin24', 'pcm16le-24k'],
    ['slin48', 'pcm16le-48k'],
  ])('knows %s', async (format, codec) => {
    const id = newId();
    const line = await enter();
    line.text(json(id, format));
    line.close();
    expect((await endedCall(service, id)).started.streams).toMatchObject([{ codec }]);
  });

  it('refuses who shows no key', async () => {
    expect((await refusedUpgrade(url, 'media', {})).status).toBe(401);
  });

  closesOn(enter, [
    ['no control message', 1007, /^malformed_message: /, (line) => line.text('hello')],
    ['JSON of nothing', 1007, /^malformed_message: /, (line) => line.text('{}')],
    ['sound before MEDIA_START', 1002, /^session_required: /, (line) => line.bytes(new Uint8Array(160))],
    ['another message before it', 1002, /^session_required: /, (line) => line.text('MEDIA_XON')],
    ['a codec that is not decoded', 1003, /"opus" is not taken/, (line) => line.text(plain('x', 'opus'))],
    ['a name of a codec that is a trap', 1003, /"constructor"/, (line) => line.text(plain('x', 'constructor'))],
    ['a message that is too large', 1009, /^/, (line) => line.bytes(new Uint8Array(64 * 1024 + 1))],
    ['text that is no UTF-8', 1007, /^/, (line) => line.badText(Uint8Array.of(0xc3, 0x28))],
  ]);

  it('a MEDIA_START that comes again changes nothing', async () => {
    const [id, again] = [newId(), newId()];
    const line = await enter('?party=customer');
    line.text(plain(id));
    say(line, mulawOf(tone(1000)));
    line.text(json(again, 'slin48'));
    say(line, mulawOf(tone(500)));
    line.close();
    const call = await endedCall(service, id);
    expect(call.started.streams).toMatchObject([{ codec: 'mulaw-8k' }]);
    expect(call.ended).toMatchObject({ durationMs: about(1500), dropped: exactly({}) });
    expect((await callsOf(service)).map(({ started }) => started.session.externalId)).not.toContain(again);
  });

  it('a message that is never finished ends its own call with the connection', async () => {
    const id = newId();
    const line = await enter();
    line.text(plain(id, 'slin'));
    say(line, bytesOf(at8k(tone(1000))), 320);
    line.half(new Uint8Array(100));
    await foundCall(service, id);
    line.abort();
    expect((await endedCall(service, id)).ended).toMatchObject({ reason: 'disconnected', durationMs: about(1000) });
  });

  it('a party that there is not is refused in its own words', async () => {
    const line = await enter('?party=nobody');
    line.text(plain('x'));
    expect(await line.closed).toEqual({
      status: 1008,
      reason: 'invalid_message: party is "nobody": use customer, agent, mixed.',
    });
  });
});
