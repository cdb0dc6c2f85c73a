import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ErrorCode,
  ERRORS,
  errorSpec,
  type IntentPreview,
  RapportError,
  SCOPES,
  type ServerMessage,
} from '@rapport-live/protocol';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { readLog } from '../support/local-log';
import { RawClient } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';

const KEYS = [
  { tenant: 'acme', key: 'key-of-acme-0123456789', scopes: SCOPES },
  { tenant: 'globex', key: 'key-of-globex-0123456789', scopes: SCOPES },
];
const [ACME, GLOBEX] = KEYS.map(({ key }) => key) as [string, string];
/** The scripted encoder sees shared words. */
const MENU = [
  'Do you have the vegan menu',
  'Have you got a vegan menu',
  'Is there a vegan menu',
  'Show me a vegan menu',
  'I want a vegan menu',
];
const ASKED = 'Do you have a vegan menu';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever came back
type Answer = { status: number; body: any };

async function ask(service: RunningService, method: string, path: string, body?: unknown, key = ACME): Promise<Answer> {
  const response = await fetch(`${service.http}/v1/intents${path}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const preview = async (service: RunningService, name: string, examples: readonly string[]): Promise<IntentPreview> =>
  (await ask(service, 'POST', `/${name}/preview`, { examples })).body;

async function add(service: RunningService, name: string, examples: readonly string[]): Promise<Answer> {
  const shown = await preview(service, name, examples);
  return ask(service, 'PUT', `/${name}`, { examples, preview: shown.preview });
}

/** What a message of the customer is told as, in a session that is open. */
async function told(client: RawClient, messageId: string, text = ASKED): Promise<string | undefined> {
  client.json({ type: 'chat.message', party: 'customer', text, messageId });
  const result = await client.until(
    (m): m is Extract<ServerMessage, { type: 'result' }> =>
      m.type === 'result' && (m.event.data as { utteranceId?: string }).utteranceId === messageId,
  );
  return (result.event.data as { intents: { name: string }[] }).intents[0]?.name;
}

async function session(service: RunningService, key: string): Promise<RawClient> {
  const client = await RawClient.open(service.url, key);
  await client.start({ session: { language: 'en' } });
  return client;
}

describe('custom intents', () => {
  let service: RunningService;
  let clients: RawClient[] = [];
  beforeEach(async () => (service = await startService({ apiKeys: KEYS })));
  afterEach(async () => {
    clients.forEach((client) => client.abort());
    clients = [];
    await service.close();
  });
  const open = async (key: string): Promise<RawClient> => {
    const client = await session(service, key);
    clients.push(client);
    return client;
  };

  it('are shown before they are live, then live in an open session, for their tenant alone', async () => {
    const [acme, globex] = [await open(ACME), await open(GLOBEX)];
    const { report, preview: token } = await preview(service, 'ask_for_menu', MENU);
    expect(report).toMatchObject({ name: 'ask_for_menu', toldRight: 5, recommended: true });
    expect(await told(acme, 'before')).not.toBe('ask_for_menu');
    expect((await ask(service, 'GET', '')).body).toMatchObject({ revision: 0, intents: [] });

    const put = await ask(service, 'PUT', '/ask_for_menu', { examples: MENU, preview: token });
    expect(put).toMatchObject({ status: 200, body: { replaced: false, report } });
    expect(await told(acme, 'after')).toBe('ask_for_menu');
    expect(await told(globex, 'after')).not.toBe('ask_for_menu');
    expect((await ask(service, 'GET', '')).body.intents).toEqual([
      { name: 'ask_for_menu', examples: 5, changedAt: expect.stringMatching(/^\d{4}-.*Z$/), toldRight: 1 },
    ]);
    expect((await ask(service, 'GET', '', undefined, GLOBEX)).body).toMatchObject({ revision: 0, intents: [] });
    expect((await ask(service, 'DELETE', '/ask_for_menu', undefined, GLOBEX)).body.code).toBe('intent_unknown');

    expect(await ask(service, 'DELETE', '/ask_for_menu')).toEqual({ status: 204, body: undefined });
    expect(await told(acme, 'removed')).not.toBe('ask_for_menu');
  });

  it('leave each change in the audit trail, without a word of an example, and no session behind', async () => {
    await add(service, 'ask_for_menu', MENU);
    await add(service, 'ask_for_menu', [...MENU, 'Any vegan menu']);
    await ask(service, 'DELETE', '/ask_for_menu');
    await service.app.close();
    const log = async () => (await readLog(service.config.dataDir)).map(({ event }) => event);
    const told = await log();
    expect(told.map(({ type, tenant }) => [type, tenant])).toEqual(
      told.map(() => ['rapport.audit.intents_changed', 'acme']),
    );
    expect(told.map(({ data }) => data)).toEqual([
      { change: 'added', intent: 'ask_for_menu', revision: 1, examples: 5, toldRight: 5, recommended: true },
      { change: 'replaced', intent: 'ask_for_menu', revision: 2, examples: 6, toldRight: 6, recommended: true },
      { change: 'removed', intent: 'ask_for_menu', revision: 3 },
    ]);
    expect(JSON.stringify(told)).not.toContain('vegan');
    expect(new Set(told.map(({ subject }) => subject)).size).toBe(3);
    // a start ends the sessions that a dead process left: these are none
    await (await startService({ apiKeys: KEYS, dataDir: service.config.dataDir })).close();
    expect(await log()).toHaveLength(3);
  });

  it('are there after a restart, redacted, and encoded anew for another encoder', async () => {
    const examples = [...MENU, 'I want a vegan menu for card 4111 1111 1111 1111'];
    expect((await add(service, 'ask_for_menu', examples)).body.report.examples[5].text).toContain('[card]');
    const folder = join(service.config.dataDir, 'intents');
    expect(readdirSync(folder)).toEqual(['acme.json']);
    const file = join(folder, 'acme.json');
    expect(readFileSync(file, 'utf8')).not.toContain('1111');

    await service.app.close();
    const kept = JSON.parse(readFileSync(file, 'utf8'));
    const emptied = JSON.parse(readFileSync(file, 'utf8'));
    emptied.encoder = 'another';
    for (const { examples: all } of emptied.intents) for (const one of all) one.embedding = 'AACAPw==';
    writeFileSync(file, JSON.stringify(emptied));
    const again = await startService({ apiKeys: KEYS, dataDir: service.config.dataDir });
    try {
      const client = await session(again, ACME);
      expect(await told(client, 'restarted')).toBe('ask_for_menu');
      client.abort();
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...kept, revision: 2 });
    } finally {
      await again.close();
    }
  });

  it('are not live without the preview of the same examples beside the same intents', async () => {
    const { preview: token } = await preview(service, 'ask_for_menu', MENU);
    const put = (examples: readonly string[], of: string) =>
      ask(service, 'PUT', '/ask_for_menu', { examples, preview: of });
    expect((await put(MENU, 'made up')).body.code).toBe('preview_required');
    expect((await put([...MENU, 'Any vegan menu'], token)).body.code).toBe('preview_required');
    await add(service, 'opening_hours', ['When are you open', 'When are you closed', 'When do you close', 'When do you open', 'Are you open when I come']); // prettier-ignore
    expect((await put(MENU, token)).body.code).toBe('preview_required');
    expect((await ask(service, 'GET', '')).body.intents).toHaveLength(1);
  });

  it('that their own examples do not tell are refused, and taken by force', async () => {
    const mixed = ['my blue shoes fell apart after one short week', 'where did seven late trains go from here', 'nobody answers when people ring that small shop', 'please sing louder than every dog outside tonight', 'his uncle bought green paint for our garden']; // prettier-ignore
    const { report, preview: token } = await preview(service, 'mixed', mixed);
    expect(report.recommended).toBe(false);
    const refused = await ask(service, 'PUT', '/mixed', { examples: mixed, preview: token });
    expect(refused).toMatchObject({ status: 409, body: { code: 'intent_not_recommended' } });
    expect(refused.body.message).toContain(report.doubts[0]!.message);
    const forced = await ask(service, 'PUT', '/mixed', { examples: mixed, preview: token, force: true });
    expect(forced).toMatchObject({ status: 200, body: { report: { recommended: false } } });
  });

  const post = (examples: unknown) => ({ examples });
  it.each<[string, string, string, unknown, ErrorCode, RegExp]>([
    ['a name', 'POST', '/Ask-For/preview', post(MENU), 'intent_name', /"Ask-For" cannot name/],
    ['a name that is taken', 'POST', '/get_refund/preview', post(MENU), 'intent_name', /default intent/],
    ['four examples', 'POST', '/menu/preview', post(MENU.slice(1)), 'intent_examples', /4 examples, needs 5/],
    [
      'one twice',
      'POST',
      '/menu/preview',
      post([...MENU, MENU[1]]),
      'intent_examples',
      /Example 6 says the same as example 2/,
    ],
    ['no JSON', 'POST', '/menu/preview', '{"examples"', 'invalid_request', /11 bytes is not JSON/],
    ['no UTF-8', 'PUT', '/menu', '\ud800', 'invalid_request', /not JSON/],
    ['nothing', 'PUT', '/menu', undefined, 'invalid_request', /0 bytes is not JSON/],
    ['numbers', 'POST', '/menu/preview', post([1, 2]), 'invalid_request', /examples: 0: /],
    ['an unknown field', 'POST', '/menu/preview', { examples: MENU, live: true }, 'invalid_request', /live/],
    ['no preview', 'PUT', '/menu', post(MENU), 'invalid_request', /preview/],
    ['a large body', 'POST', '/menu/preview', post(['a'.repeat(300_000)]), 'request_too_large', /larger than 262144/],
    ['a stranger', 'DELETE', '/menu', undefined, 'intent_unknown', /no custom intent "menu"/],
    ['another path', 'POST', '/menu/show', post(MENU), 'unknown_path', /nothing at POST "\/v1\/intents\/menu\/show"/],
    ['a path that is none', 'DELETE', '/%zz', undefined, 'invalid_request', /cannot be read/],
  ])('answer %s with its code', async (_what, method, path, body, code, message) => {
    const answer = await ask(service, method, path, body);
    expect(answer.body).toEqual({ code, message: expect.stringMatching(message), advice: ERRORS[code].advice });
    expect(answer.status).toBe(errorSpec(code).http);
  });

  it('are for who has a key', async () => {
    const wrong = await ask(service, 'GET', '', undefined, 'wrong');
    expect(wrong).toMatchObject({ status: 401, body: { code: 'unauthorized', message: 'The API key is not known.' } });
    const none = await fetch(`${service.http}/v1/intents/menu/preview`, { method: 'POST', body: 'a'.repeat(2_000_000) }).catch(() => undefined); // prettier-ignore
    if (none !== undefined) expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });
});

describe('custom intents under load', () => {
  it('are refused with a time to wait while the encoder is full, and when too many wait', async () => {
    let full = true;
    const fail = (kind: string) =>
      full && kind === 'text-tokens' ? new RapportError('overloaded', 'The queue is full.') : undefined;
    const service = await startService({}, new ScriptedPool({ fail, latencyMs: { 'text-tokens': 20 } }));
    try {
      const post = () => ask(service, 'POST', '/menu/preview', { examples: MENU }, service.key);
      expect(await post()).toMatchObject({ status: 503, body: { code: 'overloaded', retryAfterMs: 1000 } });
      full = false;
      const answers = await Promise.all(Array.from({ length: 12 }, post));
      const refused = answers.filter(({ body }) => body.code === 'overloaded');
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(4);
      expect(refused.length).toBeGreaterThanOrEqual(1);
      expect(answers.length).toBe(refused.length + answers.filter(({ status }) => status === 200).length);
    } finally {
      await service.close();
    }
  });

  it('stop the start with one sentence when their file cannot be read', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'rapport-test-'));
    try {
      mkdirSync(join(dataDir, 'intents'));
      writeFileSync(join(dataDir, 'intents', 'acme.json'), '{"format": 2}');
      await expect(startService({ dataDir })).rejects.toMatchObject({
        code: 'data_format',
        message: expect.stringMatching(/acme\.json is not a file of custom intents of format 1/),
      });
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
