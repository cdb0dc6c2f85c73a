import { SCOPES } from '@rapport-live/protocol';
import { ENDPOINT_RIGHTS } from '../../src/gateway/auth/rights';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { eventually } from '../support/eventually';
import { readLog } from '../support/local-log';
import { addUser, logIn } from '../support/people';
import { RawSession } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';
import { bytesOf, tone } from '../support/sound';

const KEY = 'key-of-acme-0123456789';
const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
const LAWYER = {
  ...{ id: 'lawyer', name: 'Lawyer', severity: 'critical', clearAfterMs: 0, cooldownMs: 0 },
  when: { said: { by: 'customer', anyOf: ['my lawyer'], keepMs: 600_000 } },
};
/** Of sessions and of users: what an analyst gets nowhere. */
const NAMES = /customer-of-|agent-of-|call-of-|participant-of-|local:/;

/** Endpoints that show conversations, and where nothing of one is: a new endpoint belongs in either. */
const SHOWS: Readonly<Record<string, (id: string) => readonly [path: string, query?: string]>> = {
  'GET /v1/wall/events': () => ['wall/events'],
  'GET /v1/wall/sessions/:id/events': (id) => [`wall/sessions/${id}/events`],
  'GET /v1/alerts': () => ['alerts', '?state=all'],
  'GET /v1/sessions': () => ['sessions'],
  'GET /v1/sessions/:id/events': (id) => [`sessions/${id}/events`],
  'GET /v1/sessions/:id/export': (id) => [`sessions/${id}/export`],
  'GET /v1/sessions/:id/corrections': (id) => [`sessions/${id}/corrections`],
  'GET /v1/sessions/:id/summary': (id) => [`sessions/${id}/summary`],
  'GET /v1/search': () => ['search', '?q=my%20lawyer'],
  'POST /v1/search/voice': () => ['search/voice'],
};
/** What the audit trail says of each: `what`, and of one session which. */
const SEEN_AS: Readonly<Record<keyof typeof SHOWS, string>> = {
  'GET /v1/wall/events': 'wall',
  'GET /v1/wall/sessions/:id/events': 'session',
  'GET /v1/alerts': 'alerts',
  'GET /v1/sessions': 'sessions',
  'GET /v1/sessions/:id/events': 'session',
  'GET /v1/sessions/:id/export': 'export',
  'GET /v1/sessions/:id/corrections': 'session',
  'GET /v1/sessions/:id/summary': 'session',
  'GET /v1/search': 'search',
  'POST /v1/search/voice': 'search',
};
const SHOWS_NOTHING = [
  ...['GET /v1/stream', 'GET /v1/alerts/events', 'GET /v1/health', 'GET /v1/me', 'POST /v1/tokens'],
  ...['GET /v1/intents', 'POST /v1/intents/:name/preview', 'PUT /v1/intents/:name', 'DELETE /v1/intents/:name'],
  ...['GET /v1/alert-rules', 'PUT /v1/alert-rules', 'DELETE /v1/alert-rules'],
  ...['DELETE /v1/sessions/:id', 'DELETE /v1/customers/:id'],
  // for admins alone, or for supervisors and admins: test/e2e/people.spec.ts, and below
  ...['GET /v1/corrections', 'POST /v1/sessions/:id/corrections'],
  ...['acknowledge', 'assign', 'snooze', 'note'].map((action) => `POST /v1/alerts/:id/${action}`),
];

describe('what somebody sees', () => {
  let service: RunningService;
  let laterMs = 0;
  const ids: Record<string, string> = {};
  const cookies: Record<string, string> = {};

  beforeAll(async () => {
    const many = { perSecond: 10_000, burst: 10_000 };
    const all = { knocks: many, addressKnocks: many, addressFailures: many, addressNoise: many, maxAddresses: 100 };
    const pool = new ScriptedPool({ transcripts: () => 'my lawyer' });
    const keys = [{ tenant: 'acme', key: KEY, scopes: SCOPES }];
    const wallClock = (): number => Date.now() + laterMs;
    service = await startService({ apiKeys: keys }, pool, { throttle: all }, { wallClock });
    const headers = { authorization: `Bearer ${KEY}` };
    const body = JSON.stringify({ rules: [LAWYER] });
    expect((await fetch(`${service.http}/v1/alert-rules`, { method: 'PUT', headers, body })).status).toBe(200);
    await addUser(service, { name: 'mia', tenant: 'acme', role: 'supervisor', teams: ['sales'] });
    await addUser(service, { name: 'max', tenant: 'acme', role: 'supervisor' });
    await addUser(service, { name: 'ann', tenant: 'acme', role: 'analyst' });
    await addUser(service, { name: 'tim', tenant: 'acme', role: 'analyst', teams: ['sales'] });
    await addUser(service, { name: 'gus', tenant: 'globex', role: 'admin' });
    for (const name of ['mia', 'max', 'ann', 'tim', 'gus']) cookies[name] = await logIn(service, name);
    for (const team of ['sales', 'billing', undefined]) ids[team ?? 'none'] = await converse(team);
    // each is in the history, its alert and its correction too
    await eventually(async () => (await ask('max', 'alerts', '?state=all')).text.split('"lawyer"').length > 3);
    for (const id of Object.values(ids)) {
      await eventually(async () => (await ask('max', `sessions/${id}/events`)).text.includes('monitor.correction'));
    }
  }, 60_000);
  afterAll(() => service.close());

  async function converse(team = 'none'): Promise<string> {
    const named = { customerId: `customer-of-${team}`, agentId: `agent-of-${team}`, externalId: `call-of-${team}` };
    const session = await RawSession.start({ url: service.url, key: KEY }, [VOICE], {
      session: { channel: 'voice', language: 'en', ...named, ...(team === 'none' ? {} : { team }) },
    });
    const { client, sessionId } = session;
    client.json({
      type: 'participant.update',
      ptsMs: 0,
      action: 'joined',
      party: 'agent',
      participantId: `participant-of-${team}`,
    });
    const words = {
      type: 'chat.message',
      party: 'customer',
      text: `my lawyer of ${team}`,
      ptsMs: 100,
      messageId: 'm-1',
    };
    client.json(words);
    session.voice(tone(3000), 0);
    const raised = await session.result(({ type }) => type === 'rapport.alert.raised');
    await eventually(async () => (await correct('max', sessionId)).status === 201);
    const noted = await post('max', `alerts/${raised.event.id}/note`, { note: `customer-of-${team} called back` });
    expect(noted.status).toBe(200);
    await session.end();
    return sessionId;
  }
  const post = (name: string, path: string, body: object | Uint8Array): Promise<Response> =>
    fetch(`${service.http}/v1/${path}`, {
      method: 'POST',
      headers: { cookie: cookies[name]!, origin: service.http },
      body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
    });
  const correct = (name: string, id: string): Promise<Response> =>
    post(name, `sessions/${id}/corrections`, { utteranceId: 'm-1', intent: 'out_of_scope' });

  async function ask(name: string, path: string, query = ''): Promise<{ status: number; text: string }> {
    const voice = path === 'search/voice' ? { method: 'POST', body: new Uint8Array(bytesOf(tone(1000))) } : {};
    const answer = await fetch(`${service.http}/v1/${path}${query}`, {
      headers: { cookie: cookies[name]!, origin: service.http },
      ...voice,
    });
    if (answer.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
      return { status: answer.status, text: await answer.text() };
    }
    // the snapshot of a wall, or a conversation that is over to its end
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of answer.body!) {
      text += decoder.decode(bytes as Uint8Array, { stream: true });
      if (/event: (snapshot|end)\ndata: .*\n\n/.test(text)) break;
    }
    return { status: answer.status, text };
  }
  const shown = async (who: string): Promise<[string, string, { status: number; text: string }][]> => {
    const answers: [string, string, { status: number; text: string }][] = [];
    for (const [name, pathOf] of Object.entries(SHOWS)) {
      for (const team of name.includes(':id') ? Object.keys(ids) : ['any']) {
        const [path, query] = pathOf(ids[team] ?? '');
        answers.push([name, team, await ask(who, path, query)]);
      }
    }
    return answers;
  };

  it('is asked of every endpoint that there is', () => {
    const closed = Object.entries(ENDPOINT_RIGHTS).flatMap(([name, rule]) => (typeof rule === 'string' ? [] : [name]));
    expect([...Object.keys(SHOWS), ...SHOWS_NOTHING].sort()).toEqual(closed.sort());
  });

  it('is all of it, with names, for a supervisor of all teams', async () => {
    for (const [name, team, { status, text }] of await shown('max')) {
      expect([name, team, status]).toEqual([name, team, 200]);
      if (team === 'any') for (const id of Object.values(ids)) expect([name, text]).toEqual([name, expect.stringContaining(id)]); // prettier-ignore
    }
  });

  it.each(['mia', 'tim'])('is the own team alone: %s', async (who) => {
    for (const [name, team, { status, text }] of await shown(who)) {
      const isOwn = team === 'any' || team === 'sales';
      expect([name, team, status]).toEqual([name, team, isOwn ? 200 : 404]);
      expect([name, text]).toEqual([name, expect.not.stringMatching(/(of |-of-)(billing|none)/)]);
      for (const other of ['billing', 'none']) expect([name, text]).toEqual([name, expect.not.stringContaining(ids[other]!)]); // prettier-ignore
      if (team === 'any') expect([name, text]).toEqual([name, expect.stringContaining(ids.sales!)]);
      if (!isOwn) expect([name, text]).toEqual([name, expect.stringContaining('session_unknown')]);
    }
    const other = ids.billing!;
    const like = await ask(who, 'search', `?like=${other}@0`);
    expect([like.status, like.text]).toEqual([404, expect.stringContaining('session_unknown')]);
  });

  it.each(['ann', 'tim'])('has no names for an analyst: %s', async (who) => {
    for (const [name, team, { text }] of await shown(who)) {
      expect([name, team, text]).toEqual([name, team, expect.not.stringMatching(NAMES)]);
    }
    for (const format of ['vtt', 'emotionml', 'json']) {
      const { status, text } = await ask(who, `sessions/${ids.sales!}/export`, `?format=${format}`);
      expect([format, status, text]).toEqual([format, 200, expect.not.stringMatching(NAMES)]);
    }
    for (const query of ['customerId=customer-of-sales', 'agentId=agent-of-sales']) {
      const asked = [await ask(who, 'sessions', `?${query}`), await ask(who, 'search', `?q=lawyer&${query}`)];
      expect(asked.map(({ status }) => status)).toEqual([403, 403]);
    }
    expect((await correct(who, ids.sales!)).status).toBe(403);
  });

  it('is corrected and handled within the own team alone', async () => {
    expect((await correct('mia', ids.billing!)).status).toBe(404);
    expect((await correct('mia', ids.sales!)).status).toBe(201);
    const { alerts } = JSON.parse((await ask('max', 'alerts', '?state=all')).text) as {
      alerts: { id: string; sessionId: string }[];
    };
    for (const { id, sessionId } of alerts) {
      const { status } = await post('mia', `alerts/${id}/acknowledge`, {});
      expect([sessionId, status]).toEqual([sessionId, sessionId === ids.sales ? 200 : 404]);
    }
  });

  it('is nothing of another tenant, for its admin too', async () => {
    for (const [name, team, { status, text }] of await shown('gus')) {
      expect([name, team, status]).toEqual([name, team, team === 'any' ? 200 : 404]);
      expect([name, text]).toEqual([name, expect.not.stringMatching(/-of-|my lawyer/)]);
    }
  });

  it('is in the audit trail before it is shown: who saw what, at every endpoint', async () => {
    const told = async () =>
      (await readLog(service.config.dataDir))
        .filter(({ event }) => event.type === 'rapport.audit.viewed' && event.tenant === 'acme')
        .map(({ event }) => event.data as { userId: string; what: string; sessionId?: string; query?: string });
    for (const [name, pathOf] of Object.entries(SHOWS)) {
      // what somebody saw within the last ten minutes is not told again; log-ins that nobody uses end meanwhile
      laterMs += 660_000;
      const before = (await told()).length;
      const id = ids.sales!;
      expect((await ask('max', ...pathOf(id))).status).toBe(200);
      const [seen, ...others] = (await told()).slice(before);
      expect([name, seen?.userId, seen?.what, others]).toEqual([name, 'local:max', SEEN_AS[name], []]);
      expect([name, seen?.sessionId]).toEqual([name, name.includes(':id') ? id : undefined]);
      expect(JSON.stringify(seen)).not.toContain('lawyer');
    }
  });
});
