import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { serviceEnvironment } from '../../src/config/child-environment';
import { DEVELOPMENT_KEY } from '../../src/config/config';
import { RawClient } from '../support/raw-client';
import { bytesOf, tone } from '../support/sound';
import type { Level } from './churn-service';

const SESSIONS = 1000;
const FIRST = 100;
const AT_ONCE = 10;
const MIB = 1024 * 1024;
const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
const SECOND = bytesOf(tone(1000));

/** A service in a process of its own: what it holds is not hidden in what Jest holds. */
class Churned {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(env: Record<string, string>): Promise<Churned> {
    const args = ['--expose-gc', '-r', './test/delivery/support/register-swc.cjs', 'test/soak/churn-service.ts'];
    const child = spawn(process.execPath, args, {
      cwd: join(__dirname, '../..'),
      env: serviceEnvironment({ PORT: '0', LOG_LEVEL: 'error', ...env }),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the service ended with ${code}`)));
    const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
    return new Churned(child, `ws://127.0.0.1:${port}/v1/stream`);
  }

  async level(): Promise<Level> {
    this.child.send('level');
    const [level] = (await once(this.child, 'message')) as [Level];
    return level;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.send('stop');
    await exited;
  }

  /** After a test that failed before it stopped the service. */
  kill(): void {
    this.child.kill('SIGKILL');
  }
}

/** Opens a session, feeds it 2 s of media, ends it and waits for the close. */
async function converse(url: string): Promise<void> {
  const client = await RawClient.open(url, DEVELOPMENT_KEY);
  await client.start({ streams: [VOICE] });
  for (const seq of [0, 1]) {
    client.frame({ seq, ptsUs: seq * 1_000_000, byteOffset: seq * SECOND.length }, SECOND);
  }
  client.json({ type: 'session.end' });
  expect(await client.closed).toEqual({ status: 1000, reason: 'session ended' });
}

async function churn(url: string, sessions: number): Promise<void> {
  for (let done = 0; done < sessions; done += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => converse(url)));
  }
}

const mib = (bytes: number) => (bytes / MIB).toFixed(1);

describe('churn', () => {
  let running: Churned | undefined;
  const start = async (env: Record<string, string>): Promise<Churned> => (running = await Churned.start(env));
  afterEach(() => running?.kill());

  // Bug: resident memory grew by a sixth. Each voice stream freed a megabyte that the heap could not give back whole.
  // Bug: it grew by 8 %: the log's tail kept what all its readers had, and each thread had an arena of memory of its own.
  it('of 1,000 sessions leaves no more than 100 did, and none of them in memory', async () => {
    const service = await start({});
    const levels: Level[] = [];
    for (let done = 0; done < SESSIONS; done += FIRST) {
      await churn(service.url, FIRST);
      levels.push(await service.level());
    }
    await service.stop();
    const list = levels.map((level) => `${mib(level.rssBytes)} (${mib(level.heldBytes)})`);
    console.log(`MiB resident (held) after each 100 sessions: ${list.join(', ')}`);
    const [first, last] = [levels[0]!, levels.at(-1)!];
    expect(last).toMatchObject({ opened: SESSIONS, live: 0 });
    // those that a client which missed the end may still come back to: churn-service.ts keeps 10
    expect(last.alive).toBeLessThanOrEqual(10);
    expect(last.rssBytes / first.rssBytes).toBeLessThan(1.1);
  }, 300_000);

  it('of 1,000 connections that never start a session: each is closed, and a live session goes on', async () => {
    const service = await start({ RAPPORT_MAX_SESSIONS: '1000' });
    await churn(service.url, AT_ONCE);
    const bystander = await RawClient.open(service.url, DEVELOPMENT_KEY);
    await bystander.start({ streams: [VOICE] });
    const before = await service.level();
    const idle: RawClient[] = [];
    while (idle.length < SESSIONS) {
      const more = Array.from({ length: AT_ONCE }, () => RawClient.open(service.url, DEVELOPMENT_KEY));
      idle.push(...(await Promise.all(more)));
    }
    const open = await service.level();
    // Stamped ahead of the clock, however long all of this takes: media that is 4 s late would be dropped.
    const AHEAD_US = 3600e6;
    bystander.frame({ ptsUs: AHEAD_US }, SECOND);
    for (const client of idle) expect(await client.closed).toEqual({ status: 4408, reason: 'session_timeout' });
    expect((await idle[0]!.error()).message).toMatch(/No session\.start came within 10000 ms/);
    const after = await service.level();

    bystander.frame({ seq: 1, ptsUs: AHEAD_US + 1e6, byteOffset: SECOND.length }, SECOND);
    bystander.json({ type: 'session.end' });
    expect(await bystander.closed).toEqual({ status: 1000, reason: 'session ended' });
    const windows = bystander.received.filter(
      (message) => message.type === 'result' && message.event.type === 'rapport.window.assessed',
    );
    expect(windows.length).toBeGreaterThan(0);
    await service.stop();
    const held = [before, open, after].map((level) => `${mib(level.heldBytes)} (${mib(level.rssBytes)})`);
    console.log(`MiB held (resident) before, with and after 1,000 idle connections: ${held.join(', ')}`);
    expect((open.heldBytes - before.heldBytes) / SESSIONS).toBeLessThan(64 * 1024);
    expect((after.heldBytes - before.heldBytes) / SESSIONS).toBeLessThan(2 * 1024);
    expect(after).toMatchObject({ opened: before.opened, live: 1 });
  }, 120_000);
});
