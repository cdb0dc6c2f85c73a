import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  API_VERSION,
  asyncApiDocument,
  HTTP_ROUTES,
  IntentChange,
  IntentExamples,
  openApiDocument,
  SCOPES,
  type SessionEvents,
  TokenRequest,
  type TranscriptFinalData,
} from '@rapport-live/protocol';
import fc from 'fast-check';
import { arbitraryOf } from '../../packages/protocol/test/arbitrary-of';
import { ENDPOINT_RIGHTS } from '../../src/gateway/auth/rights';
import { apiDocuments } from '../../src/ops/docs/api-documents';
import { DOOR_SPECS } from '../../src/doors/door-specs';
import { DEFAULT_THROTTLE } from '../../src/gateway/admission/throttle';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { ChatSession } from '../support/chat-session';
import { eventually } from '../support/eventually';
import { OpenApi } from '../support/openapi';
import { addUser, PASSWORD } from '../support/people';
import { refusedUpgrade } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';

const KEY = 'key-of-acme-0123456789';
const WATCHER = 'key-of-a-watcher-0123456789';
const ID = '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80';
/** The scripted encoder sees shared words. */
const MENU = ['the', 'a', 'our', 'any', 'your'].map((word) => `Do you have ${word} vegan menu`);
const api = new OpenApi();

/** As Express names it. */
const nest = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

it('has every endpoint with its rule, and no other', () => {
  const documented = HTTP_ROUTES.map(({ method, path, scopes }) => [`${method.toUpperCase()} ${nest(path)}`, scopes]);
  // doors of others have AsyncAPI documents of their own
  const doors = DOOR_SPECS.map(({ address }) => `GET ${address}`);
  const rights = Object.entries(ENDPOINT_RIGHTS).filter(([name]) => !doors.includes(name));
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(rights));
  expect([...api.operations.keys()].sort()).toEqual(
    HTTP_ROUTES.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort(),
  );
});

it('is written by what the service serves, and its version is that of the package', () => {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(__dirname, '../..', path), 'utf8'));
  expect(read('packages/protocol/package.json')).toMatchObject({ version: API_VERSION });
  expect(read('docs/openapi.json')).toEqual(JSON.parse(JSON.stringify(openApiDocument(API_VERSION))));
  expect(read('docs/asyncapi.json')).toEqual(JSON.parse(JSON.stringify(asyncApiDocument(API_VERSION))));
  for (const { name } of DOOR_SPECS) {
    const made = apiDocuments().get(`asyncapi-${name}.json`);
    expect(read(`docs/asyncapi/${name}.json`)).toEqual(JSON.parse(JSON.stringify(made)));
  }
});

it.each([
  ['POST /v1/tokens', TokenRequest],
  ['POST /v1/intents/{name}/preview', IntentExamples],
  ['PUT /v1/intents/{name}', IntentChange],
] as const)('%s takes what the service takes, and no field more', (name, schema) => {
  fc.assert(
    fc.property(arbitraryOf(schema), (body) => {
      expect(api.misfit(name, 'requestBody', body)).toBeUndefined();
      expect(api.misfit(name, 'requestBody', { ...(body as object), more: 1 })).toBeDefined();
    }),
    { numRuns: 8 },
  );
});

describe('the running service', () => {
  let service: RunningService;
  /** Statuses that each operation was seen to answer. */
  const seen = new Map<string, Set<number>>();

  beforeAll(async () => {
    const apiKeys = [
      { tenant: 'acme', key: KEY, scopes: SCOPES },
      { tenant: 'acme', key: WATCHER, scopes: ['monitor'] as const },
    ];
    // every endpoint is asked with a wrong key
    const throttle = { ...DEFAULT_THROTTLE, addressFailures: { perSecond: 1000, burst: 1000 } };
    service = await startService({ apiKeys }, new ScriptedPool(), { throttle });
  });
  afterAll(() => service.close());

  /** Asks, and holds what comes against the document. */
  async function ask(
    name: string,
    more: { values?: object; body?: unknown; key?: string; query?: string } = {},
  ): Promise<string> {
    const [method, path = ''] = name.split(' ');
    const { values = {}, body, key = KEY, query = '' } = more;
    const filled = Object.entries(values).reduce((p, [n, v]) => p.replace(`{${n}}`, encodeURIComponent(v)), path);
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${service.http}${filled}${query}`, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    expect([name, answer.status, api.faults(name, answer.status, answer.headers.get('content-type'), text)]).toEqual([
      ...[name, answer.status, undefined],
    ]);
    seen.set(name, (seen.get(name) ?? new Set()).add(answer.status));
    return text;
  }

  /** As `ask`, of an answer that goes on and on: only how it begins. */
  async function glance(name: string, path: string): Promise<void> {
    const { status, headers, body } = await fetch(`${service.http}${path}`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect([name, status, api.faults(name, status, headers.get('content-type'), '')]).toEqual([name, 200, undefined]);
    await body!.cancel();
    seen.set(name, new Set([status]));
  }

  it('answers each operation as documented', async () => {
    for (const name of ['GET /healthz', 'GET /readyz', 'GET /metrics', 'GET /docs', 'GET /v1/intents']) await ask(name);
    await ask('POST /v1/tokens', { body: { scopes: ['monitor'] } });
    await addUser(service, { name: 'mia', tenant: 'acme', role: 'supervisor' });
    await ask('GET /v1/login');
    await ask('POST /v1/login', { body: { user: 'mia', password: PASSWORD } });
    await ask('POST /v1/logout');
    await ask('GET /v1/me');
    const values = { name: 'ask_for_menu' };
    const shown = await ask('POST /v1/intents/{name}/preview', { values, body: { examples: MENU } });
    const { preview } = JSON.parse(shown) as { preview: string };
    await ask('PUT /v1/intents/{name}', { values, body: { examples: MENU, preview } });
    await ask('GET /v1/intents');
    await ask('DELETE /v1/intents/{name}', { values });
    await ask('GET /v1/alert-rules');
    const rule = { id: 'menu', name: 'Menu', when: { said: { by: 'customer', anyOf: ['vegan'] } } };
    await ask('PUT /v1/alert-rules', { body: { rules: [rule] } });
    const chat = await ChatSession.start(service.url, KEY);
    await chat.say('A vegan menu');
    await ask('GET /v1/health');
    await glance('GET /v1/wall/events', '/v1/wall/events');
    await glance('GET /v1/alerts/events', '/v1/alerts/events');
    const file = /assets\/([\w.-]+\.js)"/.exec(await ask('GET /wall'))![1]!;
    await ask('GET /wall/assets/{file}', { values: { file } });
    await eventually(async () => {
      const path = `/v1/wall/sessions/${chat.sessionId}/events`;
      const { status, body } = await fetch(`${service.http}${path}`, { headers: { authorization: `Bearer ${KEY}` } });
      await body!.cancel();
      return status === 200;
    });
    await glance('GET /v1/wall/sessions/{id}/events', `/v1/wall/sessions/${chat.sessionId}/events`);
    await ask('GET /v1/sessions/{id}/summary', { values: { id: chat.sessionId } });
    await chat.end();
    await eventually(async () => /"total":[1-9]/.test(await ask('GET /v1/alerts', { query: '?state=all' })));
    const listed = await ask('GET /v1/alerts', { query: '?state=all' });
    const alert = { id: (JSON.parse(listed) as { alerts: { id: string }[] }).alerts[0]!.id };
    await ask('POST /v1/alerts/{id}/acknowledge', { values: alert });
    await ask('POST /v1/alerts/{id}/assign', { values: alert, body: { assignee: null } });
    await ask('POST /v1/alerts/{id}/snooze', { values: alert, body: { forMs: 1000 } });
    await ask('POST /v1/alerts/{id}/note', { values: alert, body: { note: 'seen' } });
    await ask('DELETE /v1/alert-rules');
    await eventually(async () => /"endedAt"/.test(await ask('GET /v1/sessions')));
    const past = { id: chat.sessionId };
    const { events } = JSON.parse(await ask('GET /v1/sessions/{id}/events', { values: past })) as SessionEvents;
    const { utteranceId } = events.find(({ type }) => type === 'rapport.transcript.final')!.data as TranscriptFinalData;
    await ask('GET /v1/sessions/{id}/export', { values: past });
    await ask('GET /v1/search', { query: '?q=vegan' });
    await ask('POST /v1/search/voice', { body: ' '.repeat(64_000) });
    await ask('POST /v1/sessions/{id}/corrections', { values: past, body: { utteranceId, intent: 'out_of_scope' } });
    await eventually(async () => /"said"/.test(await ask('GET /v1/corrections')));
    expect(await ask('GET /v1/sessions/{id}/corrections', { values: past })).toMatch(/out_of_scope/);
    await ask('DELETE /v1/sessions/{id}', { values: { id: ID } });
    await ask('DELETE /v1/customers/{id}', { values: { id: 'c 1' } });
    for (const file of apiDocuments().keys()) await ask('GET /docs/{file}', { values: { file } });
    for (const { method, path, answers } of HTTP_ROUTES) {
      const name = `${method.toUpperCase()} ${path}`;
      if (name === 'GET /v1/stream') continue; // the upgrade: below
      if (name === 'GET /') continue; // for browsers: test/monitor/page.spec.ts
      if (name.startsWith('GET /v1/login/openid')) continue; // with a provider: test/e2e/openid.spec.ts
      expect([name, [...(seen.get(name) ?? [])][0]]).toEqual([name, Number(Object.keys(answers)[0])]);
    }
  });

  it('refuses as documented: without a key, with too small a one, with a body that does not fit', async () => {
    const values = { name: 'ask_for_menu', id: ID };
    for (const { method, path, scopes, body } of HTTP_ROUTES) {
      const name = `${method.toUpperCase()} ${path}`;
      if (typeof scopes === 'string' || name === 'GET /v1/stream') continue;
      await ask(name, { values, key: 'key-of-nobody-0123456789' });
      expect(seen.get(name)).toContain(401);
      if (!scopes.includes('monitor')) await ask(name, { values, key: WATCHER });
      if (body === undefined) continue;
      await ask(name, { values, body: '{' });
      await ask(name, { values, body: 'x'.repeat(500_000) });
      expect([...seen.get(name)!]).toEqual(expect.arrayContaining([400, 413]));
    }
    for (const body of ['{', 'x'.repeat(300_000), { user: 'mia', password: 'guess' }])
      await ask('POST /v1/login', { body });
    expect([...seen.get('POST /v1/login')!]).toEqual(expect.arrayContaining([400, 413, 401]));
    const examples = { examples: ['one'], preview: 'x' };
    await ask('PUT /v1/intents/{name}', { values, body: examples });
    await ask('PUT /v1/intents/{name}', { values: { name: 'x' }, body: { ...examples, examples: MENU } });
    await ask('PUT /v1/intents/{name}', { values, body: { ...examples, examples: MENU } });
    await ask('POST /v1/intents/{name}/preview', { values, body: { examples: [] } });
    await ask('DELETE /v1/intents/{name}', { values });
    await ask('DELETE /v1/sessions/{id}', { values: { id: 'x' } });
    await ask('DELETE /v1/customers/{id}', { values: { id: 'x'.repeat(257) } });
    await ask('PUT /v1/alert-rules', { body: { rules: [{}] } });
    await ask('GET /v1/alerts', { query: '?state=none' });
    await ask('GET /v1/sessions/{id}/summary', { values: { id: 'x' } });
    await ask('GET /v1/sessions/{id}/summary', { values: { id: ID } });
    await ask('POST /v1/alerts/{id}/acknowledge', { values: { id: 'none' } });
    await ask('GET /v1/sessions', { query: '?limit=0' });
    await ask('GET /v1/search', { query: `?q=${'x'.repeat(10_000)}` });
    await ask('GET /v1/sessions/{id}/events', { values: { id: ID } });
    await ask('GET /v1/sessions/{id}/export', { values: { id: 'x' } });
    await ask('GET /v1/corrections', { query: '?cursor=x' });
    await ask('GET /docs/{file}', { values: { file: 'passwd' } });
    await ask('GET /');
    await ask('GET /wall/assets/{file}', { values: { file: '../index.html' } });
    for (const name of ['GET /v1/login/openid', 'GET /v1/login/openid/callback']) await ask(name);
    expect(seen.get('DELETE /v1/intents/{name}')).toContain(404);
  });

  it('answers the upgrade as documented', async () => {
    const authorization = `Bearer ${KEY}`;
    const refusals = [
      await refusedUpgrade(service.url, 'rapport.v9', { authorization }),
      await refusedUpgrade(service.url, 'rapport.v1', {}),
    ];
    for (const { status, body } of refusals) {
      expect(api.faults('GET /v1/stream', status, 'application/json', JSON.stringify(body))).toBeUndefined();
    }
    expect(refusals.map(({ status }) => status)).toEqual([400, 401]);
  });

  it('serves the page under its policy: nothing of another host, nothing that runs, no dead link', async () => {
    const answer = await fetch(`${service.http}/docs`);
    const policy = answer.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self'");
    const page = await answer.text();
    expect(page).not.toMatch(/<script|\son\w+=|\bsrc=|url\(|@import|href="https?:/i);
    const ids = new Set([...page.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id));
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, href]) => href!);
    expect(links.filter((href) => href.startsWith('#') && !ids.has(href.slice(1)))).toEqual([]);
    const files = links.filter((href) => !href.startsWith('#'));
    expect(files).toEqual([...apiDocuments().keys()].map((file) => `docs/${file}`));
    for (const word of ['PUT /v1/intents/{name}', 'session.start', 'rapport.window.assessed', 'participant.update']) {
      expect(page).toContain(word);
    }
    expect(page.length).toBeLessThan(1_000_000);
  });
});
