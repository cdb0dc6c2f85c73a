import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { folder, openOutbox, readAll, removeFolders } from './support/results';

afterAll(removeFolders);

/** Appends until `lines` are acknowledged, is killed with -9, and gives every acknowledgement it could still print. */
async function appendUntilKilled(dir: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(__dirname, 'support/appender.cjs'), dir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let errors = '';
  child.stderr.on('data', (data) => (errors += String(data)));
  child.stdout.on('data', (data) => {
    out += String(data);
    if (out.split('\n').length > lines) child.kill('SIGKILL');
  });
  const signal = await new Promise((resolve) => child.once('close', (_code, how) => resolve(how)));
  if (signal !== 'SIGKILL') throw new Error(`the child ended by itself: ${errors}`);
  return out.split('\n').slice(0, -1);
}

test('kill -9, three times over: every acknowledged append is there, once, in order', async () => {
  const dir = folder();
  const acknowledged: string[] = [];
  for (const lines of [200, 1_000, 2_500]) {
    const one = await appendUntilKilled(dir, lines);
    expect(one.length).toBeGreaterThanOrEqual(lines);
    acknowledged.push(...one);
    const outbox = await openOutbox(dir);
    const records = await readAll(outbox);
    await outbox.shutdown();
    expect(records.map((r) => r.offset)).toEqual([...records.keys()]);
    const lastSeq = new Map<string, number>();
    const found = new Set<string>();
    for (const { seq, key, event } of records) {
      expect(seq).toBe((lastSeq.get(key) ?? 0) + 1);
      lastSeq.set(key, seq);
      found.add(`${Number(event.subject.slice(-12))} ${seq} ${event.id}`);
    }
    expect(found.size).toBe(records.length);
    expect(acknowledged.filter((line) => !found.has(line))).toEqual([]);
  }
}, 60_000);
