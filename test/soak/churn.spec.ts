import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
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
      env: { ...process.env, PORT: '0', LOG_LEVEL: 'error', ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
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

describe('churn', () => {
  it('of 1,000 sessions leaves no more than 100 did, and none of them in memory', async () => {
    const service = await Churned.start({});
    await churn(service.url, FIRST);
    const first = await service.level();
    const levels = [first];
    for (let done = FIRST; done < SESSIONS; done += 100) {
      await churn(service.url, 100);
      levels.push(await service.level());
    }
    const last = levels.at(-1)!;
    await service.stop();
    const mib = (bytes: number) => (bytes / MIB).toFixed(1);
    console.log(
      `MiB resident (held) by 100 sessions: ${levels.map((l) => `${mib(l.rssBytes)} (${mib(l.heldBytes)})`).join(', ')}`,
    );
    expect(last).toMatchObject({ opened: SESSIONS, live: 0, alive: 0 });
    expect(last.rssBytes / first.rssBytes).toBeLessThan(1.1);
  }, 300_000);
});
