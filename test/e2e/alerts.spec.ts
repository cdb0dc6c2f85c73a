import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ALERT_CONDITIONS,
  type AlertCondition,
  AlertRule,
  EMOTIONS,
  SCOPES,
  type SessionState,
  type TypedEvent,
} from '@rapport-live/protocol';
import { compileRule } from '../../src/alerts/compiled-rule';
import { RecordedSession } from '../../src/cli/alerts/recorded-session';
import type { JobInput, JobKind, JobOptions, JobOutput, JobResult } from '../../src/inference/inference-pool';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { eventually } from '../support/eventually';
import { readLog } from '../support/local-log';
import { RawClient } from '../support/raw-client';
import { essence, expectGapless, RawSession } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';
import { joined, silence, tone } from '../support/sound';

const VOICES = [
  { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' },
  { streamId: 2, kind: 'voice', party: 'agent', codec: 'pcm16le-16k' },
];
const KEYS = [
  { tenant: 'acme', key: 'key-of-acme-0123456789', scopes: SCOPES },
  { tenant: 'globex', key: 'key-of-globex-0123456789', scopes: SCOPES },
];
const ACME = KEYS[0]!.key;
const NO_WAIT = { clearAfterMs: 0, cooldownMs: 0 };
const LAWYER = {
  ...{ id: 'lawyer', name: 'Speaks of a lawyer', severity: 'critical', ...NO_WAIT },
  when: { said: { by: 'customer', anyOf: ['my lawyer'], keepMs: 600_000 } },
};
const SILENCE = { id: 'silent', name: 'Silence', when: { silence: { forMs: 2500 } }, ...NO_WAIT };
const BILLING = { ...LAWYER, id: 'billing_only', teams: ['billing'] };
/** Both speak to 2 s; nobody from there to 6 s; then both again. */
const CALL = joined(tone(2000), silence(4000), tone(3000));

/** Each is so in `ROW` below. */
const EVERY: { readonly [K in (typeof ALERT_CONDITIONS)[number]]: AlertCondition[K] } = {
  emotion: { label: 'anger', atLeast: 0.6, forMs: 2000 },
  valence: { atMost: -0.3, forMs: 2000 },
  arousal: { atLeast: 0.3, forMs: 2000 },
  trend: { of: 'anger', riseBy: 0.3, overMs: 10_000 },
  said: { by: 'customer', anyOf: ['vegan menu'], keepMs: 60_000 },
  notSaid: { by: 'agent', anyOf: ['is recorded'], withinMs: 1000 },
  intent: { name: 'ask_for_menu', atLeast: 0.5, forMs: 0 },
  silence: { forMs: 2500 },
  interruptions: { by: 'agent', atLeast: 1, withinMs: 60_000 },
  talkShare: { of: 'agent', atLeast: 0.3, afterMs: 2000 },
  escalationRisk: { atLeast: 0.4, forMs: 2000 },
};
/** The agent breaks in at 2 s, the customer gives way at 3 s; nobody speaks from 5 s to 9 s. */
const ROW = [
  joined(tone(3000), silence(6000), tone(4000)),
  joined(silence(2000), tone(3000), silence(4000), tone(4000)),
];
const ROW_MS = 13_000;

/** Window by window the customer gets angrier. */
class RisingAnger extends ScriptedPool {
  private windows = 0;

  override async submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions): Promise<JobResult<K>> {
    const result = await super.submit(kind, input, options);
    if (kind !== 'fusion') return result;
    const { logits } = result.output as JobOutput<'fusion'>;
    const anger = 2 * this.windows++;
    logits.forEach((_, i) => (logits[i] = { anger, neutral: 6 }[EMOTIONS[i % EMOTIONS.length] as string] ?? 0));
    return result;
  }
}

type AlertEvent = Extract<TypedEvent, { type: `rapport.alert.${string}` }>;
const alertsOf = (session: RawSession): AlertEvent[] =>
  session
    .gather()
    .map(({ event }) => event as TypedEvent)
    .filter((event): event is AlertEvent => event.type.startsWith('rapport.alert.'));
const inShort = (session: RawSession): string[] =>
  alertsOf(session).map(({ data }) => [data.ruleId, data.step, data.clearReason].filter(Boolean).join(' '));

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever came back
type Answer = any;

async function ask(
  service: RunningService,
  method: string,
  path: string,
  body?: unknown,
  key = ACME,
): Promise<{ status: number; body: Answer }> {
  const answer = await fetch(`${service.http}/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answer };
}

function speak(session: RawSession, fromMs: number, toMs: number): void {
  for (let ms = fromMs; ms < toMs; ms += 1000) {
    for (const stream of [1, 2]) session.voice(CALL.subarray(ms * 16, (ms + 1000) * 16), ms, stream);
  }
}
const say = (session: RawSession, text: string, ptsMs: number): void =>
  session.client.json({ type: 'chat.message', party: 'customer', text, ptsMs, messageId: `m-${ptsMs}` });

describe('alerts', () => {
  let dataDir: string;
  let wallClock: () => number;
  const services: RunningService[] = [];
  const open = async (alerts: { rulesFile?: string } = {}, pool = new ScriptedPool()): Promise<RunningService> => {
    const config = { dataDir, onShutdown: 'keep', apiKeys: KEYS, alerts } as const;
    const service = await startService(config, pool, {}, { wallClock: () => wallClock() });
    services.push(service);
    return service;
  };
  beforeEach(() => {
    [dataDir, wallClock] = [mkdtempSync(join(tmpdir(), 'rapport-alerts-')), Date.now];
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('are raised, shown to who joins late, and cleared by a change of rules and by the end', async () => {
    const service = await open();
    const rules = [LAWYER, SILENCE, BILLING];
    expect(await ask(service, 'PUT', 'alert-rules', { rules })).toMatchObject({ status: 200, body: { revision: 1 } });
    const session = await RawSession.start(service, VOICES);
    say(session, 'I will call my lawyer', 100);
    speak(session, 0, 3000);
    await session.window(2000);
    await eventually(() => inShort(session).includes('lawyer raised'));

    const watching = await RawClient.open(service.url, ACME);
    watching.json({ type: 'session.observe', sessionId: session.sessionId });
    const state = await watching.until((m): m is SessionState => m.type === 'session.state');
    expect(state.alerts.map(({ data }) => (data as { ruleId: string }).ruleId)).toEqual(['lawyer']);
    watching.abort();

    expect((await ask(service, 'PUT', 'alert-rules', { rules: [SILENCE] })).body.revision).toBe(2);
    speak(session, 3000, 9000);
    await session.window(8000);
    expect(inShort(session)).toEqual([
      'lawyer raised',
      'lawyer cleared rule_removed',
      'silent raised',
      'silent cleared over',
    ]);
    await ask(service, 'PUT', 'alert-rules', { rules: [LAWYER] });
    say(session, 'You hear from my lawyer', 8500);
    const results = await session.end();
    expectGapless(results);
    expect(inShort(session).slice(4)).toEqual(['lawyer raised', 'lawyer cleared session_ended']);
    expect(results.at(-1)!.event.type).toBe('rapport.session.ended');
    // replayed over the log, the same rules raise the same
    const recorded = new RecordedSession();
    for (const { event } of await readLog(dataDir, session.sessionId)) recorded.take(event as TypedEvent);
    const [lawyer, silent] = [LAWYER, SILENCE].map((rule) => compileRule(AlertRule.parse(rule)));
    const replayed = recorded.replay([lawyer!, silent!]).map(({ data }) => [data.ruleId, data.step].join(' '));
    expect(replayed).toEqual(['lawyer raised', 'silent raised', 'silent cleared', 'lawyer cleared']);
    const first = alertsOf(session)[0]!;
    expect(first.data.evidence).toMatchObject([{ condition: 'said', utteranceId: 'm-100', phrase: 'my lawyer' }]);

    const log = await readLog(dataDir);
    const audit = log
      .map(({ event }) => event as TypedEvent)
      .filter(({ type }) => type === 'rapport.audit.alert_rules_changed');
    const ids = ['anger', 'escalation', 'asks_for_supervisor', 'silence'];
    expect(audit.map(({ data, tenant }) => [tenant, data])).toEqual([
      [
        'acme',
        { source: 'tenant', revision: 1, added: ['lawyer', 'silent', 'billing_only'], changed: [], removed: ids },
      ],
      ['acme', { source: 'tenant', revision: 2, added: [], changed: [], removed: ['lawyer', 'billing_only'] }],
      ['acme', { source: 'tenant', revision: 3, added: ['lawyer'], changed: [], removed: ['silent'] }],
    ]);
  });

  it('come from all that is found out of a conversation: each condition is fed by what the service hears', async () => {
    const service = await open({}, new RisingAnger());
    const examples = ['the', 'a', 'our', 'any', 'your'].map((word) => `Do you have ${word} vegan menu`);
    const { preview } = (await ask(service, 'POST', 'intents/ask_for_menu/preview', { examples })).body;
    expect((await ask(service, 'PUT', 'intents/ask_for_menu', { examples, preview })).status).toBe(200);
    const rules = ALERT_CONDITIONS.map((kind) => ({
      ...{ id: kind.toLowerCase(), name: kind, ...NO_WAIT, when: { [kind]: EVERY[kind] } },
    }));
    expect((await ask(service, 'PUT', 'alert-rules', { rules })).status).toBe(200);
    const session = await RawSession.start(service, VOICES);
    say(session, 'Do you have a vegan menu', 100);
    for (let ms = 0; ms < ROW_MS; ms += 1000) {
      ROW.forEach((sound, i) => session.voice(sound.subarray(ms * 16, (ms + 1000) * 16), ms, i + 1));
    }
    await session.window(ROW_MS - 1000);
    await session.end();
    const raised = alertsOf(session).filter(({ data }) => data.step === 'raised');
    expect(raised.map(({ data }) => data.evidence![0]!.condition).sort()).toEqual([...ALERT_CONDITIONS].sort());
    expect(raised.find(({ data }) => data.ruleId === 'intent')!.data.evidence).toMatchObject([{ of: 'ask_for_menu' }]);
  });

  it('are handled by supervisors, and everything about them is there after a restart and gone after an erasure', async () => {
    const first = await open();
    await ask(first, 'PUT', 'alert-rules', { rules: [LAWYER, { ...LAWYER, id: 'minor', severity: 'info' }] });
    const session = await RawSession.start(first, VOICES, {
      session: { channel: 'voice', language: 'en', team: 'billing' },
    });
    say(session, 'I will call my lawyer', 100);
    speak(session, 0, 3000);
    await session.window(2000);
    await eventually(async () => (await ask(first, 'GET', 'alerts')).body.total === 2);
    const [alert] = (await ask(first, 'GET', 'alerts')).body.alerts;
    expect(alert).toMatchObject({
      id: alertsOf(session)[0]!.id,
      ruleId: 'lawyer',
      state: 'open',
      ...{ team: 'billing', channel: 'voice' },
      words: { party: 'customer', text: 'I will call my lawyer', startMs: 100 },
      notes: [],
    });
    expect((await ask(first, 'GET', 'alerts', undefined, KEYS[1]!.key)).body.total).toBe(0);
    const handle = (action: string, body?: unknown, key = ACME) =>
      ask(first, 'POST', `alerts/${alert.id}/${action}`, body, key);
    expect(await handle('note', { note: 'mine' }, KEYS[1]!.key)).toMatchObject({
      status: 404,
      body: { code: 'alert_unknown' },
    });
    const acknowledged = (await handle('acknowledge')).body.acknowledged;
    expect((await handle('acknowledge')).body.acknowledged).toEqual(acknowledged);
    await handle('assign', { assignee: 'eve' });
    const snoozedMs = Date.now();
    wallClock = () => snoozedMs;
    await handle('snooze', { forMs: 60_000 });
    const { body: handled } = await handle('note', { note: 'Zanzibar called back' });
    expect(handled).toMatchObject({ assignee: 'eve', acknowledged: { by: expect.any(String) } });
    expect(handled.snoozedUntil).toBe(new Date(snoozedMs + 60_000).toISOString());
    expect(handled.notes).toEqual([{ by: acknowledged.by, at: expect.any(String), note: 'Zanzibar called back' }]);
    const path = `sessions/${session.sessionId}/summary`;
    const live = (await ask(first, 'GET', path)).body;
    expect(live).toMatchObject({ status: 'live', summary: { alertCount: 2 } });
    expect((await ask(first, 'GET', path, undefined, KEYS[1]!.key)).body.code).toBe('session_unknown');
    const seen = (await readLog(dataDir)).map(({ event }) => event as TypedEvent);
    expect(
      seen.filter(({ type }) => type === 'rapport.audit.viewed').map(({ tenant, data }) => [tenant, data]),
    ).toEqual([
      ['acme', expect.objectContaining({ what: 'alerts' })],
      ['globex', expect.objectContaining({ what: 'alerts' })],
      ['acme', expect.objectContaining({ what: 'session', sessionId: session.sessionId })],
    ]);
    await session.end();
    const { summary, conversation } = session.events('rapport.session.ended')[0]!.data;
    expect(summary!.evidence.windows).toBe(session.events('rapport.window.assessed').length);
    expect(summary!.alerts).toMatchObject([{ ruleId: 'lawyer', clearReason: 'session_ended' }, { ruleId: 'minor' }]);
    const ended = { sessionId: session.sessionId, status: 'ended', conversation, summary };
    await eventually(async () => (await ask(first, 'GET', path)).body.status === 'ended');
    expect((await ask(first, 'GET', path)).body).toEqual(ended);
    await eventually(async () => (await ask(first, 'GET', 'alerts')).body.total === 0);
    const before = (await ask(first, 'GET', 'alerts?state=cleared')).body;
    expect(before.alerts[0]).toMatchObject({
      ...handled,
      state: 'cleared',
      clearReason: 'session_ended',
      windowEndMs: expect.any(Number),
      changedAt: expect.any(String),
    });
    expect((await ask(first, 'GET', 'alerts?state=no')).body.code).toBe('invalid_request');
    await first.app.close();

    const second = await open();
    expect((await ask(second, 'GET', 'alerts?state=all')).body).toEqual(before);
    expect((await ask(second, 'GET', path)).body).toEqual(ended);
    expect(JSON.stringify(await readLog(dataDir))).toContain('Zanzibar');
    expect(await ask(second, 'DELETE', `sessions/${session.sessionId}`)).toMatchObject({ status: 200 });
    // the desk reads of it in the log
    await eventually(async () => (await ask(second, 'GET', 'alerts?state=all')).body.total === 0);
    expect(JSON.stringify(await readLog(dataDir))).not.toContain('Zanzibar');
  });

  it('go on over a restart of the service as if there had been none', async () => {
    const first = await open();
    await ask(first, 'PUT', 'alert-rules', { rules: [LAWYER, SILENCE] });
    const whole = await RawSession.start(first, VOICES);
    say(whole, 'I will call my lawyer', 100);
    speak(whole, 0, 9000);
    await whole.window(8000);
    const expected = essence(await whole.end());
    const silent = (one: RawSession) => alertsOf(one).flatMap(({ data }) => (data.ruleId === 'silent' ? [data] : []));
    const told = silent(whole);
    expect(inShort(whole)).toHaveLength(4);

    const session = await RawSession.start(first, VOICES);
    say(session, 'I will call my lawyer', 100);
    speak(session, 0, 5000);
    await session.window(2000);
    await eventually(() => inShort(session).includes('lawyer raised'));
    await first.app.close();
    session.gather();
    const second = await open();
    expect((await ask(second, 'GET', 'alert-rules')).body).toMatchObject({ revision: 1, source: 'tenant' });
    session.sendFrom(await session.resume({}, second));
    speak(session, 5000, 9000);
    await session.window(8000);
    const results = await session.end();
    expectGapless(results);
    expect(essence(results)).toEqual(expected);
    expect(inShort(session)).toEqual(inShort(whole));
    expect(silent(session)).toEqual(told);
    // and are forgotten when the log has forgotten them, without a restart too
    const listed = async () => (await ask(second, 'GET', 'alerts?state=all')).body.total;
    await eventually(async () => (await listed()) === 4);
    const { retentionMs } = second.config.storage;
    wallClock = () => Date.now() + retentionMs - 60_000;
    expect(await listed()).toBe(4);
    wallClock = () => Date.now() + retentionMs + 60_000;
    expect(await listed()).toBe(0);
  });

  it('are watched for by the rules file, which is read again when it changes; a broken one takes nothing away', async () => {
    const rulesFile = join(dataDir, 'alerts.yaml');
    const tenants = { globex: { rules: [SILENCE] } };
    const write = (rules: unknown): void => writeFileSync(rulesFile, JSON.stringify({ version: 1, rules, tenants }));
    write([{ ...LAWYER, name: 7 }]);
    // the process ends there, and with it its hold on the data folder
    await expect(startService({ alerts: { rulesFile } })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(
        /^RAPPORT_ALERT_RULES: .*alerts\.yaml does not fit: line 1, rule "lawyer", name: is 7/,
      ),
    });
    write([LAWYER]);
    const service = await open({ rulesFile });
    const idsNow = async (): Promise<string> => {
      const { body } = await ask(service, 'GET', 'alert-rules');
      return [body.source, ...body.rules.map(({ id }: { id: string }) => id)].join(' ');
    };
    expect(await idsNow()).toBe('file lawyer');
    write([LAWYER, BILLING]);
    await eventually(async () => (await idsNow()) === 'file lawyer billing_only');
    const [billing, sales] = await Promise.all(
      ['billing', 'sales'].map(async (team) => {
        const session = await RawSession.start(service, [], { session: { channel: 'chat', language: 'en', team } });
        session.client.json({ type: 'chat.message', party: 'customer', text: 'I will call my lawyer' });
        return session;
      }),
    );
    await eventually(() => inShort(sales!).length > 0 && inShort(billing!).length > 1);
    expect([inShort(sales!), inShort(billing!)]).toEqual([['lawyer raised'], ['lawyer raised', 'billing_only raised']]);
    writeFileSync(rulesFile, '{');
    write([SILENCE]);
    await eventually(async () => (await idsNow()) === 'file silent');
    await eventually(() => inShort(billing!).length > 3);
    expect(inShort(billing!).slice(2)).toEqual(['lawyer cleared rule_removed', 'billing_only cleared rule_removed']);
    for (const session of [billing!, sales!]) await session.end();
    writeFileSync(rulesFile, 'rules: [');
    expect(await ask(service, 'PUT', 'alert-rules', { rules: [LAWYER, LAWYER] })).toMatchObject({
      status: 422,
      body: {
        code: 'alert_rules_invalid',
        message: expect.stringContaining('rule "lawyer": another rule has the same id'),
      },
    });
    expect(await idsNow()).toBe('file silent');
    await ask(service, 'PUT', 'alert-rules', { rules: [LAWYER] });
    expect(await idsNow()).toBe('tenant lawyer');
    const globex = (await ask(service, 'GET', 'alert-rules', undefined, KEYS[1]!.key)).body;
    expect(globex).toMatchObject({ source: 'file', rules: [{ id: 'silent' }] });
    expect((await ask(service, 'DELETE', 'alert-rules')).body).toMatchObject({ source: 'file', revision: 2 });
  });
});
