import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { MemorySeenIds } from './seen-ids';
import { SeenIdsFolder } from './seen-ids-folder';

const id = (n: number): string => n.toString(16).padStart(32, '0');

describe('ids that were seen', () => {
  it('are bounded, and the newest half of the bound is always known', () => {
    const seen = new MemorySeenIds({ maxIds: 100, maxAgeMs: 1e9 });
    for (let n = 0; n < 1_000; n += 1) {
      seen.add(id(n), n);
      for (let k = Math.max(0, n - 49); k <= n; k += 1) expect(seen.offsetOf(id(k))).toBe(k);
      expect(seen.size).toBeLessThanOrEqual(100);
    }
    expect(seen.offsetOf(id(0))).toBeUndefined();
  });

  it('are forgotten when they are old', () => {
    let nowMs = 0;
    const seen = new MemorySeenIds({ maxIds: 100, maxAgeMs: 1_000 }, () => nowMs);
    seen.add('a', 7);
    nowMs = 500;
    expect(seen.offsetOf('a')).toBe(7);
    nowMs = 1_001;
    expect(seen.offsetOf('a')).toBeUndefined();
  });
});

describe('ids in a folder', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rapport-seen-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const opened = async (maxIds = 100): Promise<SeenIdsFolder> => {
    const seen = new SeenIdsFolder(folder, { maxIds, maxAgeMs: 1e12 });
    await seen.open();
    return seen;
  };

  it('survive the process once they are flushed, and stay bounded on disk', async () => {
    for (let n = 0; n < 1_000; n += 50) {
      const seen = await opened();
      for (let k = Math.max(0, n - 50); k < n; k += 1) expect(seen.offsetOf(id(k))).toBe(k);
      for (let k = n; k < n + 50; k += 1) seen.add(id(k), k);
      await seen.flush();
      await seen.close();
    }
    const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'));
    const ids = lines.filter((line) => /^\w{32} \d+$/.test(line));
    expect(ids.length).toBeGreaterThanOrEqual(50);
    expect(ids.length).toBeLessThanOrEqual(200);
  });

  it('are read whatever was torn off the end of the file', async () => {
    const first = await opened();
    for (let n = 0; n < 5; n += 1) first.add(id(n), 10 + n);
    await first.close();
    const whole = readFileSync(join(folder, 'seen.log'));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (bytes) => {
        rmSync(join(folder, 'seen.log'), { force: true });
        appendFileSync(join(folder, 'seen.log'), whole);
        truncateSync(join(folder, 'seen.log'), bytes);
        const torn = await opened();
        torn.add(id(99), 99);
        await torn.close();
        const again = await opened();
        const left = whole.subarray(0, bytes).toString().split('\n').slice(0, -1);
        for (let n = 0; n < 5; n += 1) {
          expect(again.offsetOf(id(n))).toBe(left.includes(`${id(n)} ${10 + n}`) ? 10 + n : undefined);
        }
        expect(again.offsetOf(id(99))).toBe(99);
        await again.close();
      }),
      { numRuns: 25 },
    );
  });

  it('of version 1, which knew no offsets, are gone on with', async () => {
    appendFileSync(join(folder, 'seen.log'), `rapport-seen 1\n${id(1)}\n${id(2)}\n${id(3).slice(0, 9)}`);
    const upgraded = await opened();
    upgraded.add(id(4), 4);
    await upgraded.close();
    const again = await opened();
    expect([1, 2, 3, 4].map((n) => again.offsetOf(id(n)))).toEqual([-1, -1, undefined, 4]);
    await again.close();
  });

  it('of another version are refused', async () => {
    appendFileSync(join(folder, 'seen.log'), 'rapport-seen 9\n');
    await expect(opened()).rejects.toMatchObject({ code: 'store_failed' });
  });
});
