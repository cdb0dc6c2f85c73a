import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HealthAnswer, LiveSession, WallChange, WallSnapshot } from '@rapport-live/protocol';
import { eventually } from '../support/eventually';
import { RawSession } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';
import { tone } from '../support/sound';
import { EventReader } from './support/event-source';

const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
const KEYS = [
  { tenant: 'acme', key: 'acme-0123456789abcdef', scopes: ['ingest', 'monitor'] as const },
  { tenant: 'globex', key: 'globex-0123456789abcdef', scopes: ['ingest', 'monitor'] as const },
  { tenant: 'acme', key: 'ingest-0123456789abcdef', scopes: ['ingest'] as const },
];
const UNKNOWN = '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80';

interface Recorded {
  readonly seq: number;
  readonly event: { readonly id: string };
}

describe('the wall', () => {
  let service: RunningService;
  const readers: EventReader[] = [];
  beforeAll(async () => {
    service = await startService({ apiKeys: KEYS });
  });
  afterEach(() => readers.splice(0).forEach((reader) => reader.close()));
  afterAll(() => service.close());

  async function read(path: string, key = 0, headers = {}): Promise<EventReader> {
    const reader = await EventReader.open(`${service.http}${path}`, KEYS[key]!.key, headers);
    readers.push(reader);
    return reader;
  }
  const door = (key = 0) => ({ url: service.url, key: KEYS[key]!.key });
  const begin = (key = 0, more: object = {}): Promise<RawSession> =>
    RawSession.start(door(key), [VOICE], {
      session: { channel: 'voice', language: 'en', team: 'north', agentId: 'sam', ...more },
    });
  const cardOf = (reader: EventReader, { sessionId }: RawSession): LiveSession | undefined =>
    reader.events
      .flatMap(({ data }) => (data as WallSnapshot).sessions)
      .filter((card) => card?.sessionId === sessionId)
      .at(-1);

  it('shows what is there, then what changes, to the end of a session', async () => {
    const session = await begin();
    session.voice(tone(2000), 0);
    await session.window(2000);
    const reader = await read('/v1/wall/events');
    expect(reader.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    await reader.until<WallSnapshot>('snapshot');
    await eventually(() => cardOf(reader, session)?.emotion !== undefined);
    const { confidence } = cardOf(reader, session)!.emotion!;
    expect(cardOf(reader, session)).toMatchObject({ status: 'live', team: 'north', agentId: 'sam', channel: 'voice' });
    expect(confidence).toBeGreaterThan(0);
    session.client.json({ type: 'chat.message', party: 'customer', text: 'are you there', messageId: 'm-1' });
    await eventually(() => cardOf(reader, session)?.lastWords?.text === 'are you there');
    await session.end();
    await eventually(() => cardOf(reader, session)?.status === 'ended');
  });

  it('tells each of two tenants its own', async () => {
    const session = await begin();
    const [own, other] = [await read('/v1/wall/events'), await read('/v1/wall/events', 1)];
    await own.until<WallSnapshot>('snapshot');
    await other.until<WallSnapshot>('snapshot');
    session.client.json({ type: 'chat.message', party: 'customer', text: 'mine', messageId: 'm-1' });
    await eventually(() => cardOf(own, session)?.lastWords?.text === 'mine');
    expect(cardOf(other, session)).toBeUndefined();
    const path = `${service.http}/v1/wall/sessions/${session.sessionId}/events`;
    const refused = await fetch(path, { headers: { authorization: `Bearer ${KEYS[1]!.key}` } });
    expect([refused.status, await refused.json()]).toEqual([404, expect.objectContaining({ code: 'session_unknown' })]);
    await session.end();
  });

  it('streams one conversation, and goes on behind the last that was seen', async () => {
    const session = await begin();
    const path = `/v1/wall/sessions/${session.sessionId}/events`;
    const wall = await read('/v1/wall/events');
    await eventually(() => cardOf(wall, session) !== undefined);
    const first = await read(path);
    await first.until<Recorded>('record', ({ seq }) => seq === 1);
    first.close();
    session.client.json({ type: 'chat.message', party: 'customer', text: 'one', messageId: 'm-1' });
    session.client.json({ type: 'chat.message', party: 'customer', text: 'two', messageId: 'm-2' });
    await session.result((event) => event.type === 'rapport.transcript.final' && event.data.text === 'two');
    const second = await read(path, 0, { 'last-event-id': '1' });
    const all = await session.end();
    await second.until('end');
    const records = second.events.filter(({ event }) => event === 'record').map(({ data }) => data as Recorded);
    expect(records.map(({ seq }) => seq)).toEqual(all.slice(1).map(({ seq }) => seq));
    expect(records.map(({ event }) => event.id)).toEqual(all.slice(1).map(({ event }) => event.id));
  });

  it('is for those who may watch', async () => {
    for (const path of ['/v1/wall/events', `/v1/wall/sessions/${UNKNOWN}/events`, '/v1/health']) {
      expect((await fetch(`${service.http}${path}`)).status).toBe(401);
      const headers = { authorization: `Bearer ${KEYS[2]!.key}` };
      expect((await fetch(`${service.http}${path}`, { headers })).status).toBe(403);
    }
  });

  it('says how the service does', async () => {
    const headers = { authorization: `Bearer ${KEYS[0]!.key}` };
    const health = (await (await fetch(`${service.http}/v1/health`, { headers })).json()) as HealthAnswer;
    expect(health).toMatchObject({ sessions: { max: 64 }, shedding: [], workers: 1 });
    expect(health.models.length).toBeGreaterThan(0);
  });

  it('lets a service stop that is being watched', async () => {
    const other = await startService({ apiKeys: KEYS });
    const reader = await EventReader.open(`${other.http}/v1/wall/events`, KEYS[0]!.key);
    await reader.until('snapshot');
    await other.close();
    await eventually(() => reader.isOver);
  });
});

it('the wall shows a session that was open before a restart, from its first record on', async () => {
  const first = await startService({ apiKeys: KEYS, onShutdown: 'keep' });
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-wall-'));
  const session = await RawSession.start({ url: first.url, key: KEYS[0]!.key }, [VOICE]);
  session.client.json({ type: 'chat.message', party: 'customer', text: 'before', messageId: 'm-1' });
  await session.result((event) => event.type === 'rapport.transcript.final');
  await first.app.close();
  cpSync(first.config.dataDir, dataDir, { recursive: true });
  await first.close();
  const second = await startService({ apiKeys: KEYS, dataDir });
  const reader = await EventReader.open(`${second.http}/v1/wall/events`, KEYS[0]!.key);
  await eventually(() =>
    reader.events.some(({ data }) =>
      (data as WallChange).sessions.some(
        (card) => card.sessionId === session.sessionId && card.lastWords?.text === 'before',
      ),
    ),
  );
  reader.close();
  await second.close();
  rmSync(dataDir, { recursive: true, force: true });
});
