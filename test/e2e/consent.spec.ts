import type { ServerMessage } from '@rapport-live/protocol';
import { RawClient } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';
import { bytesOf, tone } from '../support/sound';

type ResultMessage = Extract<ServerMessage, { type: 'result' }>;

const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
const updatesOf = (client: RawClient) =>
  client.received
    .filter((message): message is ResultMessage => message.type === 'result')
    .filter(({ event }) => event.type === 'rapport.session.updated')
    .map(({ event }) => event.data as { kind: string; detail: object });

describe('pause, consent and participants at the door', () => {
  let service: RunningService;
  beforeAll(async () => void (service = await startService()));
  afterAll(() => service.close());

  it('are taken, told in results, and refused with the reference of the message', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start({ streams: [VOICE] });
    client.frame({}, bytesOf(tone(500)));
    client.json({ type: 'session.pause', ptsMs: 500, reason: 'payment' });
    client.frame({ seq: 1, ptsUs: 500_000, byteOffset: 16_000 }, bytesOf(tone(500)));
    client.json({ type: 'session.unpause', ptsMs: 400, ref: 'early' });
    expect(await client.error()).toMatchObject({ code: 'invalid_message', fatal: false, ref: 'early' });
    client.json({ type: 'session.unpause', ptsMs: 1000 });
    client.json({ type: 'participant.update', ptsMs: 1000, action: 'hold', party: 'customer' });
    client.json({ type: 'session.end' });
    expect(await client.closed).toEqual({ status: 1000, reason: 'session ended' });
    expect(updatesOf(client).map(({ kind, detail }) => [kind, detail])).toEqual([
      ['pause', { paused: true, reason: 'payment' }],
      ['pause', { paused: false, reason: 'payment', fromMs: 500 }],
      ['participant', { action: 'hold', party: 'customer' }],
    ]);
  });

  it('withdrawn consent closes the session like any other end', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start({ streams: [VOICE] });
    client.frame({}, bytesOf(tone(2500)));
    client.json({ type: 'consent.update', consent: { analysis: false } });
    expect(await client.closed).toEqual({ status: 1000, reason: 'session ended' });
    const last = client.received.at(-1) as ResultMessage;
    expect(last.event).toMatchObject({ type: 'rapport.session.ended', data: { reason: 'consent_withdrawn' } });
    expect(updatesOf(client)).toMatchObject([{ kind: 'consent', detail: { analysis: false } }]);
  });
});
