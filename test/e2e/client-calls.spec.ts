import type { ConnectOptions } from '@rapport-live/client';
import { FaultProxy } from '../support/fault-proxy';
import { HeardSession } from '../support/heard-session';
import { detached, type RunningService, startService } from '../support/service';
import { bytesOf, joined, silence, tone } from '../support/sound';

const CUSTOMER = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' } as const;
const AGENT = { ...CUSTOMER, streamId: 2, party: 'agent' } as const;
const FRAME_MS = 100;
const SOUND = joined(tone(2000), silence(1000), tone(2000), silence(1000));

/** What the project's own client says beside media and chat, over real connections. */
describe('the client', () => {
  let service: RunningService;
  let proxy: FaultProxy;
  beforeAll(async () => {
    service = await startService({ agentEmotion: true, allowedOrigins: '*' });
    proxy = await FaultProxy.to(service.url);
  });
  afterAll(async () => {
    await proxy.close();
    await service.close();
  });

  const open = (options: Partial<ConnectOptions> = {}) =>
    HeardSession.open({
      ...{ url: proxy.through(service.url), apiKey: service.key, streams: [CUSTOMER] },
      session: { channel: 'voice', language: 'en', consent: { analysis: true } },
      ...{ reconnectBaseMs: 5, reconnectMaxMs: 20 },
      ...options,
    });
  const send = (heard: HeardSession, streamId: number, fromMs: number, toMs: number): void => {
    const bytes = bytesOf(SOUND);
    for (let ms = fromMs; ms < toMs; ms += FRAME_MS) {
      void heard.session.send(streamId, bytes.subarray(ms * 32, (ms + FRAME_MS) * 32), ms);
    }
  };
  const updates = (heard: HeardSession) =>
    heard.all('rapport.session.updated').map(({ data: { kind, mediaMs, detail } }) => ({ kind, mediaMs, ...detail }));
  /** The connection breaks, and the client goes on over another. */
  async function cut(heard: HeardSession, meanwhile: () => void): Promise<void> {
    const back = new Promise((resolve) => heard.session.on('resumed', resolve));
    proxy.newest.cut();
    await detached(service);
    meanwhile();
    await back;
  }

  it('pauses: what is paused is in no result; said while the line was down, it is said again', async () => {
    const heard = await open();
    send(heard, 1, 0, 2500);
    await heard.until(({ windows }) => windows.length > 0);
    heard.session.pause(3000, 'payment');
    send(heard, 1, 2500, 4000);
    await heard.until((all) => updates(all).length === 1);
    await cut(heard, () => {
      heard.session.unpause(5200);
      send(heard, 1, 4000, 6000);
    });
    await heard.end();
    expect(updates(heard)).toEqual([
      { kind: 'pause', mediaMs: 3000, paused: true, reason: 'payment' },
      { kind: 'pause', mediaMs: 5200, paused: false, reason: 'payment', fromMs: 3000 },
    ]);
    expect(heard.all('rapport.transcript.final').map(({ data }) => data.startMs)).toEqual([0]);
  });

  it('states consent and who takes part; withdrawn, the session is over', async () => {
    const heard = await open({ streams: [CUSTOMER, AGENT] });
    heard.session.participant({ action: 'hold', party: 'customer', ptsMs: 10 });
    heard.session.updateConsent({ analysis: true, agentEmotionLegalBasis: 'medical reasons' }, 20);
    await heard.until((all) => updates(all).length === 2);
    await cut(heard, () => heard.session.participant({ action: 'unhold', party: 'customer', ptsMs: 900 }));
    await heard.until((all) => updates(all).length === 3);
    heard.session.updateConsent({ analysis: false });
    expect(await heard.closed).toBeUndefined();
    expect(updates(heard)).toEqual([
      expect.objectContaining({ kind: 'participant', action: 'hold', mediaMs: 10 }),
      expect.objectContaining({ kind: 'consent', agentEmotion: true, mediaMs: 20 }),
      expect.objectContaining({ kind: 'participant', action: 'unhold', mediaMs: 900 }),
      expect.objectContaining({ kind: 'consent', analysis: false }),
    ]);
    expect(heard.results.at(-1)!.event.data).toMatchObject({ reason: 'consent_withdrawn' });
  });

  it('opens a stream in mid-call, which outlives the connection that it was opened on', async () => {
    const heard = await open();
    send(heard, 1, 0, 1000);
    await heard.session.openStream(AGENT);
    send(heard, 2, 0, 1500);
    await cut(heard, () => {
      send(heard, 1, 1000, 3000);
      send(heard, 2, 1500, 3000);
    });
    await heard.end();
    expect(
      heard
        .all('rapport.transcript.final')
        .map(({ data }) => data.party)
        .sort(),
    ).toEqual(['agent', 'customer']);
    const again = await open();
    await expect(again.session.openStream({ ...AGENT, streamId: 1 })).rejects.toMatchObject({
      code: 'invalid_message',
    });
    await expect(
      again.session.openStream({ ...AGENT, kind: 'video', party: 'customer', codec: 'pcm16le-16k' }),
    ).rejects.toMatchObject({ code: 'invalid_message' });
    await again.end();
    expect(again.errors).toEqual([]);
  });

  it('comes with tokens in place of a key, a new one for each connection', async () => {
    const given: string[] = [];
    const token = async (): Promise<string> => {
      const answer = await fetch(`${service.http}/v1/tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${service.key}`, 'content-type': 'application/json' },
        body: '{}',
      });
      given.push(((await answer.json()) as { token: string }).token);
      return given.at(-1)!;
    };
    const heard = await open({ apiKey: undefined, token });
    send(heard, 1, 0, 2000);
    await heard.until(({ windows }) => windows.length > 0);
    await cut(heard, () => send(heard, 1, 2000, 3000));
    await heard.end();
    expect(new Set(given).size).toBe(2);
    expect(heard.windows.length).toBeGreaterThan(1);
    // One that was used opens nothing more.
    await expect(open({ apiKey: undefined, token: () => given[0]! })).rejects.toMatchObject({ code: 'unauthorized' });
  });
});
