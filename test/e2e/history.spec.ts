import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  CorrectionList,
  CorrectionMade,
  ErrorBody,
  SearchAnswer,
  SessionCorrections,
  SessionEvents,
  SessionExport,
  SessionList,
  TranscriptFinalData,
} from '@rapport-live/protocol';
import type { JobInput, JobKind, JobOptions } from '../../src/inference/inference-pool';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { ChatSession } from '../support/chat-session';
import { eventually } from '../support/eventually';
import { filesWith } from '../support/files-with';
import { type RunningService, startService } from '../support/service';

const KEY = 'acme-key-0123456789abcdef';
const ADMIN = 'acme-admin-0123456789abcdef';
const OTHER = 'globex-key-0123456789abcdef';
const KEYS = [
  { tenant: 'acme', key: KEY },
  { tenant: 'acme', key: ADMIN, scopes: ['admin'] as const },
  { tenant: 'globex', key: OTHER },
];

describe('history', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-history-'));
  const heard = new ScriptedPool({ transcripts: () => 'did the parcel arrive' });
  let service: RunningService;
  let charge: ChatSession;
  let parcel: ChatSession;
  beforeAll(async () => {
    service = await startService({ apiKeys: KEYS, dataDir }, heard);
    charge = await ChatSession.start(service.url, KEY, 'customer-1');
    await charge.say('Good morning to you.');
    await charge.say('You have charged my card twice this month.');
    await charge.end();
    parcel = await ChatSession.start(service.url, KEY, 'customer-2');
    await parcel.say('The parcel never arrived.');
    await parcel.end();
    // both have ended there, and each utterance has its embedding
    await eventually(async () => (await get<SessionList>('sessions?live=false')).body.sessions.length === 2);
    await eventually(async () => (await get<SearchAnswer>(`search?like=${parcel.sessionId}@0`)).status === 200);
  });
  afterAll(async () => {
    await service.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function get<T>(path: string, key = KEY) {
    const response = await fetch(`${service.http}/v1/${path}`, { headers: { authorization: `Bearer ${key}` } });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, text, body: (isJson ? JSON.parse(text) : undefined) as T & ErrorBody };
  }

  it('lists sessions, newest first, in pages', async () => {
    const first = (await get<SessionList>('sessions?limit=1')).body;
    expect(first.sessions).toMatchObject([{ sessionId: parcel.sessionId, customerId: 'customer-2', channel: 'chat' }]);
    const second = (await get<SessionList>(`sessions?limit=1&cursor=${first.next}`)).body;
    expect(second.sessions).toMatchObject([{ sessionId: charge.sessionId, reason: 'ended' }]);
    expect(second.next).toBeUndefined();
    expect((await get<SessionList>('sessions?customerId=customer-1')).body.sessions).toHaveLength(1);
    expect((await get<SessionList>('sessions', OTHER)).body.sessions).toEqual([]);
  });

  it('gives all durable events of a session as its client got them', async () => {
    const events: unknown[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const { body } = await get<SessionEvents>(`sessions/${charge.sessionId}/events?limit=2${cursor}`);
      expect(body.events.length).toBeLessThanOrEqual(2);
      events.push(...body.events);
      next = body.next;
    }
    const inLog = events.filter((event) => !(event as { type: string }).type.startsWith('rapport.audit.'));
    expect(inLog).toEqual(charge.results.map(({ event }) => event));
    expect((await get(`sessions/${charge.sessionId}/events`, OTHER)).body.code).toBe('session_unknown');
  });

  it('finds a moment by words and by likeness, and says session and time', async () => {
    const { hits } = (await get<SearchAnswer>('search?q=card%20charged%20twice')).body;
    expect(hits[0]).toMatchObject({
      ...{ kind: 'utterance', text: 'You have charged my card twice this month.', party: 'customer' },
      session: { sessionId: charge.sessionId, customerId: 'customer-1' },
    });
    const like = (await get<SearchAnswer>(`search?like=${parcel.sessionId}@0`)).body;
    expect(like.hits.length).toBeGreaterThan(0);
    expect(like.hits.map(({ session }) => session.sessionId)).not.toContain(parcel.sessionId);
    const page = (await get<SearchAnswer>('search?q=the%20parcel&limit=1')).body;
    const after = (await get<SearchAnswer>(`search?q=the%20parcel&limit=1&cursor=${page.next}`)).body;
    expect([...page.hits, ...after.hits].map(({ text }) => text)).toContain('The parcel never arrived.');
    expect(after.hits[0]!.text).not.toBe(page.hits[0]!.text);
    expect((await get<SearchAnswer>('search?q=card%20charged%20twice&customerId=customer-2')).body.hits).toMatchObject([
      { session: { sessionId: parcel.sessionId } },
    ]);
    expect((await get<SearchAnswer>('search?q=card%20charged%20twice', OTHER)).body.hits).toEqual([]);
  });

  it.each([
    ['a query of 10,000 characters', `search?q=${'x'.repeat(10_000)}`, 400, /q: at most 500 characters/],
    ['no query', 'search', 400, /either q or like/],
    ['a moment that is none', 'search?like=yesterday', 400, /SESSION@MS/],
    ['a moment of an unknown session', 'search?like=0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80@1', 404, /no such session/],
    ['a cursor of somebody else', 'sessions?cursor=abc', 400, /cursor/],
    ['a filter that there is not', 'sessions?colour=red', 400, /colour/],
    ['a page that is too long', 'sessions?limit=1000', 400, /limit/],
    ['what is no id', 'sessions/everything/events', 400, /UUID/],
    ['words that are a query language', `search?q=${encodeURIComponent('" OR 1=1; NEAR(* -')}`, 200, /hits/],
  ])('answers %s', async (_what, path, status, message) => {
    const answer = await get(path);
    expect([answer.status, message.test(answer.text)]).toEqual([status, true]);
  });

  it('exports a session as JSON, WebVTT and EmotionML', async () => {
    const path = `sessions/${charge.sessionId}/export`;
    const { session, events } = (await get<SessionExport>(path)).body;
    expect([session.sessionId, events.length]).toEqual([charge.sessionId, charge.results.length]);
    expect((await get(`${path}?format=vtt`)).text).toMatch(
      /^WEBVTT\n[^]*<v Customer \(chat\)>You have charged my card/,
    );
    expect((await get(`${path}?format=emotionml`)).text).toContain('<emotionml version="1.0"');
    expect((await get(`${path}?format=pdf`)).status).toBe(400);
  });

  it('finds a moment by a recording of somebody who says as much', async () => {
    const ask = async (samples: number, query = '') => {
      const body = new Uint8Array(new Int16Array(samples).fill(900).buffer);
      const request = { method: 'POST', headers: { authorization: `Bearer ${KEY}` }, body };
      const response = await fetch(`${service.http}/v1/search/voice${query}`, request);
      return { status: response.status, body: (await response.json()) as SearchAnswer & ErrorBody };
    };
    const found = await ask(40_001, '?limit=1');
    expect(found.body.hits).toMatchObject([
      { text: 'The parcel never arrived.', session: { sessionId: parcel.sessionId } },
    ]);
    expect((await ask(1000)).body).toMatchObject({ code: 'invalid_request' });
    expect((await ask(16_000 * 16)).body).toMatchObject({ code: 'request_too_large' });
  });

  it('keeps what a supervisor corrects, and gives it as an example', async () => {
    const final = charge.results.map(({ event }) => event.data as TranscriptFinalData).find(({ text }) => /twice/.test(text ?? ''))!; // prettier-ignore
    const correct = async (body: object, key = KEY) => {
      const request = { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: JSON.stringify(body) };
      const response = await fetch(`${service.http}/v1/sessions/${charge.sessionId}/corrections`, request);
      return { status: response.status, body: (await response.json()) as CorrectionMade & ErrorBody };
    };
    const { utteranceId } = final;
    const made = await correct({ utteranceId, intent: 'complain_about_charge', emotion: 'anger' });
    expect(made.status).toBe(201);
    expect((await correct({ utteranceId: 'nobody-said-it', intent: 'out_of_scope' })).body.code).toBe('moment_unknown');
    expect((await correct({ utteranceId })).body.code).toBe('invalid_request');
    expect((await correct({ utteranceId, intent: 'out_of_scope' }, OTHER)).body.code).toBe('session_unknown');
    await eventually(async () => (await get<CorrectionList>('corrections', ADMIN)).body.corrections.length === 1);
    expect((await get<CorrectionList>('corrections', ADMIN)).body.corrections).toMatchObject([
      { id: made.body.id, text: final.text, intent: 'complain_about_charge', emotion: 'anger', language: 'en' },
    ]);
    const ofIt = await get<SessionCorrections>(`sessions/${charge.sessionId}/corrections`);
    expect(ofIt.body.corrections).toEqual([
      {
        ...{ id: made.body.id, madeAt: made.body.madeAt, by: expect.any(String) as string, utteranceId },
        ...{ emotion: 'anger', intent: 'complain_about_charge' },
      },
    ]);
    expect((await get(`sessions/${charge.sessionId}/corrections`, OTHER)).body.code).toBe('session_unknown');
    expect((await get<SessionCorrections>(`sessions/${parcel.sessionId}/corrections`)).body.corrections).toEqual([]);
    const { body } = await get<SessionEvents>(`sessions/${charge.sessionId}/events`);
    expect(body.events.at(-1)).toMatchObject({ id: made.body.id, type: 'rapport.monitor.correction' });
  });

  it('knows after a restart what it knew, and nothing twice', async () => {
    const before = (await get<SessionEvents>(`sessions/${charge.sessionId}/events`)).body;
    await service.app.close();
    service = await startService({ apiKeys: KEYS, dataDir });
    expect((await get<SessionEvents>(`sessions/${charge.sessionId}/events`)).body).toEqual(before);
    expect((await get<SearchAnswer>('search?q=card%20charged%20twice')).body.hits[0]!.session.sessionId).toBe(charge.sessionId); // prettier-ignore
  });
});

it('keeps none where it is off', async () => {
  const service = await startService({ history: { kind: 'off', keepMs: 0, maxBytes: 0 } });
  const response = await fetch(`${service.http}/v1/sessions`, { headers: { authorization: `Bearer ${service.key}` } });
  expect([response.status, ((await response.json()) as ErrorBody).code]).toEqual([503, 'history_unavailable']);
  await service.close();
});

it('removes what is older than its days, and the oldest beyond its size, from every byte of its file', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-history-'));
  const day = 86_400_000;
  const history = { kind: 'file', keepMs: 30 * day, maxBytes: 1e9 } as const;
  const open = (days: number, more: object = {}) =>
    startService({ apiKeys: KEYS, dataDir, history: { ...history, ...more } }, undefined, {}, { wallClock: () => Date.now() + days * day }); // prettier-ignore
  const listed = async ({ http }: RunningService): Promise<string[]> => {
    const response = await fetch(`${http}/v1/sessions?live=false`, { headers: { authorization: `Bearer ${KEY}` } });
    return ((await response.json()) as SessionList).sessions.map(({ sessionId }) => sessionId);
  };
  let service = await open(0);
  const say = async (text: string): Promise<string> => {
    const chat = await ChatSession.start(service.url, KEY);
    await chat.say(text);
    await chat.end();
    await eventually(async () => (await listed(service)).includes(chat.sessionId));
    return chat.sessionId;
  };
  const there = (word: string): boolean => filesWith(dataDir, word).some((name) => name.includes('history.db'));
  const [first, second] = [await say('the lighthouse is dark'), await say('the windmill stands still')];
  await service.app.close();
  expect([there('lighthouse'), there('windmill')]).toEqual([true, true]);

  service = await open(29, { maxBytes: 1 });
  await eventually(async () => (await listed(service)).length === 0);
  await service.app.close();
  expect([there('lighthouse'), there('windmill')]).toEqual([false, false]);

  service = await open(0);
  const third = await say('the sailor sings');
  expect(await listed(service)).toEqual([third]);
  expect([first, second]).not.toContain(third);
  await service.app.close();
  service = await open(31);
  await eventually(async () => (await listed(service)).length === 0);
  await service.app.close();
  expect(there('sailor')).toBe(false);
  rmSync(dataDir, { recursive: true, force: true });
});

it("the customer's words come with the embedding of their assessment; only others are given to the encoder again", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-history-'));
  const again: string[] = [];
  const fail = (kind: JobKind, input: JobInput<JobKind>, { sessionId }: JobOptions): undefined => {
    if (sessionId === 'history' && kind === 'text-tokens') again.push((input as JobInput<'text-tokens'>).text);
  };
  const service = await startService({ apiKeys: KEYS, dataDir }, new ScriptedPool({ fail }));
  const chat = await ChatSession.start(service.url, KEY, 'customer-1');
  await chat.say('You have charged my card twice this month.');
  await chat.say('I would like my money back.');
  await chat.say('One moment, I look into it.', 'agent');
  await chat.end();
  // the oldest comes first
  await eventually(async () => again.length > 0);
  expect(again).toEqual(['One moment, I look into it.']);
  await service.close();
  rmSync(dataDir, { recursive: true, force: true });
});
