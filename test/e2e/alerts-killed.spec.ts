import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCOPES, type TypedEvent } from '@rapport-live/protocol';
import { eventually } from '../support/eventually';
import { readLog } from '../support/local-log';
import { expectGapless, RawSession } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';
import { tone } from '../support/sound';

const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
const KEYS = [{ tenant: 'acme', key: 'key-of-acme-0123456789', scopes: SCOPES }];
const LAWYER = {
  ...{ id: 'lawyer', name: 'Speaks of a lawyer', severity: 'critical', clearAfterMs: 0, cooldownMs: 0 },
  when: { said: { by: 'customer', anyOf: ['my lawyer'], keepMs: 600_000 } },
};

type Alert = Extract<TypedEvent, { type: `rapport.alert.${string}` }>;

// Bug: after a kill -9 between an alert's raise and the next snapshot of its session, with its rule removed meanwhile or nothing sent
// again, no `cleared` was ever written for it: it stayed raised for ever, in Kafka, at webhooks and in the log.
describe('an alert that was raised between the last snapshot of its session and a kill -9', () => {
  let dataDir: string;
  let session: RawSession;
  const services: RunningService[] = [];
  const file = (): string => join(dataDir, 'sessions', `${session.sessionId}.session`);
  const open = async (): Promise<RunningService> => {
    const service = await startService({ dataDir, onShutdown: 'keep', apiKeys: KEYS });
    services.push(service);
    return service;
  };
  const put = async ({ http }: RunningService, rules: object[]): Promise<void> => {
    const headers = { authorization: `Bearer ${KEYS[0]!.key}` };
    const body = JSON.stringify({ rules });
    expect((await fetch(`${http}/v1/alert-rules`, { method: 'PUT', headers, body })).status).toBe(200);
  };
  /** In the log, which has each event once. */
  const alerts = async (): Promise<string[]> =>
    (await readLog(dataDir, session.sessionId))
      .map(({ event }) => event as TypedEvent)
      .filter((event): event is Alert => event.type.startsWith('rapport.alert.'))
      .map(({ data: { step, revision, clearReason } }) => [step, revision, clearReason].filter(Boolean).join(' '));

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'rapport-alerts-'));
    const service = await open();
    await put(service, [LAWYER]);
    session = await RawSession.start(service, [VOICE]);
    session.voice(tone(3000), 0);
    await session.window(2000);
    let kept = '';
    await eventually(() => {
      try {
        kept = readFileSync(file(), 'utf8');
      } catch {
        // none was written yet
      }
      return kept.includes('"lawyer"');
    });
    session.client.json({
      type: 'chat.message',
      party: 'customer',
      text: 'I call my lawyer',
      ptsMs: 2500,
      messageId: 'm',
    });
    session.voice(tone(3000), 3000);
    await session.result(({ type }) => type === 'rapport.alert.raised');
    await service.app.close();
    session.gather();
    // as the process would have left it: of before the alert
    writeFileSync(file(), kept);
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('is cleared, once, when its rule is removed before its session goes on', async () => {
    const service = await open();
    await put(service, []);
    session.sendFrom(await session.resume({}, { ...service, key: KEYS[0]!.key }));
    session.voice(tone(3000), 6000);
    await session.window(8000);
    expectGapless(await session.end());
    expect(await alerts()).toEqual(['raised', 'cleared 1 rule_removed']);
  });

  it('is told no second time when its rule is there', async () => {
    const service = await open();
    session.sendFrom(await session.resume({}, { ...service, key: KEYS[0]!.key }));
    session.voice(tone(3000), 6000);
    await session.window(8000);
    expect(await alerts()).toEqual(['raised']);
    expectGapless(await session.end());
    expect(await alerts()).toEqual(['raised', 'cleared 1 session_ended']);
  });

  it('ends with its session when its client sends nothing again', async () => {
    await session.resume({}, { ...(await open()), key: KEYS[0]!.key });
    session.client.json({ type: 'session.end' });
    await session.client.closed;
    expect(await alerts()).toEqual(['raised', 'cleared 1 session_ended']);
  });

  it('ends with its session when that cannot go on', async () => {
    rmSync(file());
    await open();
    expect(await alerts()).toEqual(['raised', 'cleared 1 session_ended']);
    const log = await readLog(dataDir, session.sessionId);
    expect(log.at(-1)!.event.type).toBe('rapport.session.ended');
  });
});
