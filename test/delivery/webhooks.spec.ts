import { createHmac, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ErasureJournal } from '../../src/delivery/erasure/erasure-journal';
import { type DeadLetter, DeadLetters } from '../../src/delivery/webhooks/dead-letters';
import { ChatSession } from '../support/chat-session';
import { eventually } from '../support/eventually';
import { type RunningService, startService } from '../support/service';

const KEY = 'key-of-acme-0123456789';
const SECRET = Buffer.alloc(32, 7);
const RULE = (severity: string) => ({
  ...{ id: severity, name: 'Menu', severity, clearAfterMs: 0 },
  when: { said: { by: 'customer', anyOf: ['menu'] } },
});

interface Heard {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Keeps what it is sent, and answers with the status that it is told to. */
class Receiver {
  readonly heard: Heard[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(statusOf: (at: number) => number): Promise<Receiver> {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      request.on('end', () => {
        const at = receiver.heard.push({ headers: request.headers, body });
        response.writeHead(statusOf(at), { location: '/elsewhere' }).end('thanks');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const receiver = new Receiver(server, `http://127.0.0.1:${port}/hook`);
    return receiver;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const metricsOf = async ({ http }: RunningService): Promise<string> => (await fetch(`${http}/metrics`)).text();

describe('webhooks', () => {
  let dataDir: string;
  const services: RunningService[] = [];
  const receivers: Receiver[] = [];
  const open = async (url: string, options: object = {}, name = 'desk'): Promise<RunningService> => {
    const endpoint = { name, tenant: 'acme', url, key: SECRET, severities: ['critical'] };
    const service = await startService({
      dataDir,
      apiKeys: [{ tenant: 'acme', key: KEY, scopes: ['ingest', 'monitor', 'admin'] }],
      webhooks: { endpoints: [endpoint], options: { minPauseMs: 1, maxPauseMs: 2, ...options } },
    });
    services.push(service);
    return service;
  };
  const receive = async (statusOf: (at: number) => number): Promise<Receiver> => {
    const receiver = await Receiver.open(statusOf);
    receivers.push(receiver);
    return receiver;
  };
  /** A session that raises a critical alert and an informing one, and ends. */
  const alertIn = async (service: RunningService): Promise<string> => {
    await fetch(`${service.http}/v1/alert-rules`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ rules: [RULE('critical'), RULE('info')] }),
    });
    const chat = await ChatSession.start(service.url, KEY);
    await chat.say('The menu, please');
    await chat.end();
    return chat.sessionId;
  };
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'rapport-webhooks-'))));
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
    for (const receiver of receivers.splice(0)) receiver.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('get the alerts they want, in order, signed, and again until they take them', async () => {
    const receiver = await receive((at) => (at <= 2 ? 503 : 204));
    const sessionId = await alertIn(await open(receiver.url));
    await eventually(() => receiver.heard.length === 4);
    const events = receiver.heard.map(({ body }) => JSON.parse(body) as { id: string; type: string; subject: string });
    expect(events.map(({ type }) => type)).toEqual([
      ...['raised', 'raised', 'raised', 'cleared'].map((step) => `rapport.alert.${step}`),
    ]);
    expect(new Set(events.slice(0, 3).map(({ id }) => id)).size).toBe(1);
    expect(events[0]!.subject).toBe(sessionId);
    for (const { headers, body } of receiver.heard) {
      const id = headers['webhook-id'] as string;
      const timestamp = headers['webhook-timestamp'] as string;
      const wanted = createHmac('sha256', SECRET).update(`${id}.${timestamp}.${body}`).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${wanted}`);
      expect(JSON.parse(body)).toMatchObject({ id, data: { severity: 'critical' } });
      expect(Math.abs(Number(timestamp) * 1000 - Date.now())).toBeLessThan(60_000);
    }
  });

  it('get what they had not taken after a restart, and nothing twice that they had', async () => {
    const refusing = await receive(() => 500);
    const first = await open(refusing.url, { minPauseMs: 60_000, maxPauseMs: 60_000 });
    await alertIn(first);
    await eventually(() => refusing.heard.length === 1);
    await first.app.close();
    const taking = await receive(() => 200);
    const second = await open(taking.url);
    await eventually(() => taking.heard.length === 2);
    expect(taking.heard[0]!.headers['webhook-id']).toBe(refusing.heard[0]!.headers['webhook-id']);
    // what is in the air as it closes is sent again
    await eventually(async () => /_attempts_total\{outcome="taken"\} 2$/m.test(await metricsOf(second)));
    await second.app.close();
    const third = await open(taking.url);
    const sessionId = await alertIn(third);
    await eventually(() => taking.heard.length === 4);
    expect(JSON.parse(taking.heard[2]!.body)).toMatchObject({ subject: sessionId });
  });

  it.each([
    ['redirects', () => 302, 3, 'status 302'],
    ['says that it is gone', () => 410, 1, 'status 410'],
  ])('of which one %s leave dead letters, and go on', async (_, statusOf, attempts, why) => {
    const receiver = await receive(statusOf);
    const service = await open(receiver.url, { maxAttempts: 3 });
    await alertIn(service);
    const dead = join(dataDir, 'webhooks', 'desk.dead.jsonl');
    const lines = (): string[] => {
      try {
        return readFileSync(dead, 'utf8').split('\n').slice(0, -1);
      } catch {
        return [];
      }
    };
    await eventually(() => lines().length === 2);
    expect(receiver.heard).toHaveLength(2 * attempts);
    const told = lines().map((line) => JSON.parse(line) as { why: string; event: { type: string } });
    expect(told.map(({ why: said, event }) => [said, event.type])).toEqual([
      [why, 'rapport.alert.raised'],
      [why, 'rapport.alert.cleared'],
    ]);
    const counts = [
      ...(await metricsOf(service)).matchAll(/^rapport_webhook_\w+?_total(?:\{outcome="(\w+)"\})? (\d+)$/gm),
    ];
    expect(counts.map(([, outcome = 'dead', count]) => [outcome, Number(count)])).toEqual([
      ['taken', 0],
      ['failed', 2 * attempts],
      ['dead', 2],
    ]);
  });

  /** Cause: the first fault of the disk ended the sending until the next start. */
  it('bug: a place that could not be read ended a webhook; it goes on by itself, and what cannot be kept delays nothing', async () => {
    const folder = join(dataDir, 'webhooks');
    const place = join(folder, 'desk.place.json');
    writeFileSync(folder, 'not a folder');
    const receiver = await receive(() => 200);
    const service = await open(receiver.url);
    rmSync(folder);
    await eventually(() => existsSync(place));
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'not a folder');
    await alertIn(service);
    await eventually(() => receiver.heard.length === 2);
    rmSync(folder);
    await alertIn(service);
    await eventually(() => receiver.heard.length === 4 && existsSync(place));
  });

  describe('and an erasure', () => {
    const folder = (): string => join(dataDir, 'webhooks');
    const dead = (name = 'desk'): string[] => {
      const file = join(folder(), `${name}.dead.jsonl`);
      return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    };
    const subjects = (name?: string): string[] =>
      dead(name).map((line) => (JSON.parse(line) as { event: { subject: string } }).event.subject);
    const erase = (service: RunningService, sessionId: string): Promise<number> =>
      fetch(`${service.http}/v1/sessions/${sessionId}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${KEY}` },
      }).then(({ status }) => status);

    it('takes a session out of dead letters, those of webhooks that are gone too, and nothing else', async () => {
      const receiver = await receive(() => 410);
      const service = await open(receiver.url);
      const [erased, other] = [await alertIn(service), await alertIn(service)];
      await eventually(() => dead().length === 4);
      const line = dead()[0]!;
      const anothers = line.replace('"tenant":"acme"', '"tenant":"globex"');
      writeFileSync(join(folder(), 'gone.dead.jsonl'), `${anothers}\n${line.slice(0, -20)}\n${line}\n`);
      expect(await erase(service, erased)).toBe(200);
      expect(subjects()).toEqual([other, other]);
      expect(dead('gone')).toEqual([anothers]);
      // and goes on
      await alertIn(service);
      await eventually(() => dead().length === 4);
    });

    it('ends what is being tried again: it is not sent any more, and no dead letter', async () => {
      const receiver = await receive((at) => (at === 1 ? 503 : 204));
      const service = await open(receiver.url, { minPauseMs: 60_000, maxPauseMs: 60_000 });
      const erased = await alertIn(service);
      await eventually(() => receiver.heard.length === 1);
      expect(await erase(service, erased)).toBe(200);
      const next = await alertIn(service);
      await eventually(() => receiver.heard.length === 3);
      const heard = receiver.heard.map(({ body }) => (JSON.parse(body) as { subject: string }).subject);
      expect(heard).toEqual([erased, next, next]);
      expect(dead()).toEqual([]);
    });

    it('that a process died in is finished by the next one', async () => {
      const receiver = await receive(() => 410);
      const first = await open(receiver.url);
      const [erased, other] = [await alertIn(first), await alertIn(first)];
      await eventually(() => dead().length === 4);
      await first.app.close();
      const journal = new ErasureJournal(join(dataDir, 'outbox', 'erasures'));
      await journal.write({ id: randomUUID(), tenant: 'acme', by: 'session', sessions: [erased], dataKeys: [] });
      await open(receiver.url);
      expect(subjects()).toEqual([other, other]);
    });
  });

  /** Found by reading. Cause: it was appended to whatever the file ended with, and the two made one line that nobody can read. */
  it('bug: a dead letter behind one that a full disk had left torn was lost with it', async () => {
    const letters = new DeadLetters(dataDir);
    const letter = (why: string) => ({ at: '2026-11-28T09:00:00Z', why, event: { id: why } }) as unknown as DeadLetter;
    const file = join(dataDir, 'desk.dead.jsonl');
    writeFileSync(file, JSON.stringify(letter('torn')).slice(0, -20));
    for (const why of ['first', 'second']) await letters.add('desk', letter(why), 10_000);
    const [, ...whole] = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    expect(whole.map((line) => JSON.parse(line) as unknown)).toEqual([letter('first'), letter('second')]);
  });
});
