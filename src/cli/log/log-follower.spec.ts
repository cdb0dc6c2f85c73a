import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeHeader, encodeRecord } from '../../delivery/record-line';
import { segmentPath } from '../../delivery/segment';
import { LogFollower } from './log-follower';
import { recordFilter } from './record-filter';

const LOG = '0b7e3d5a-1c2d-4e3f-8a4b-5c6d7e8f9a0b';
const line = (offset: number, type = 'rapport.window.assessed'): Buffer =>
  encodeRecord(
    { offset, seq: offset + 1, topic: 'rapport.results', key: 'development/s' },
    JSON.stringify({ type, subject: '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80' }),
  );
const lines = (from: number, to: number): Buffer =>
  Buffer.concat(Array.from({ length: to - from }, (_, i) => line(from + i)));

describe('LogFollower', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rapport-log-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const segment = (base: number, ...parts: Buffer[]): string => {
    const path = segmentPath(folder, base);
    writeFileSync(path, Buffer.concat([encodeHeader(base, LOG), ...parts]));
    return path;
  };
  const offsets = async (follower: LogFollower): Promise<number[]> => {
    const found: number[] = [];
    for await (const { offset } of follower.take()) found.push(offset);
    return found;
  };

  it('reads what is there, then what comes, across segments', async () => {
    const first = segment(0, lines(0, 2));
    const follower = new LogFollower(folder);
    expect(await offsets(follower)).toEqual([0, 1]);
    expect(await offsets(follower)).toEqual([]);
    appendFileSync(first, line(2));
    segment(3, lines(3, 5));
    expect(await offsets(follower)).toEqual([2, 3, 4]);
  });

  it('waits at a torn end until the line is whole', async () => {
    const whole = line(1);
    const path = segment(0, line(0), whole.subarray(0, 40));
    const follower = new LogFollower(folder);
    expect(await offsets(follower)).toEqual([0]);
    appendFileSync(path, whole.subarray(40));
    expect(await offsets(follower)).toEqual([1]);
  });

  it('reads on after the torn end was cut off by the service', async () => {
    const path = segment(0, line(0), line(1).subarray(0, 40));
    const follower = new LogFollower(folder);
    await offsets(follower);
    truncateSync(path, readFileSync(path).length - 40);
    appendFileSync(path, line(1));
    expect(await offsets(follower)).toEqual([1]);
  });

  it('passes over a segment whose header is not whole yet', async () => {
    segment(0, line(0));
    const follower = new LogFollower(folder);
    writeFileSync(segmentPath(folder, 1), 'rapport-out');
    expect(await offsets(follower)).toEqual([0]);
    segment(1, line(1));
    expect(await offsets(follower)).toEqual([1]);
  });

  it('begins with what retention left, and goes on when it removes what was read', async () => {
    const old = segment(500, lines(500, 502));
    const follower = new LogFollower(folder);
    expect(await offsets(follower)).toEqual([500, 501]);
    segment(502, lines(502, 504));
    rmSync(old);
    expect(await offsets(follower)).toEqual([502, 503]);
  });

  /** Cause: the list of segments was that of the beginning of a call, and a long call outlives a segment. */
  it('bug: ended with ENOENT when retention removed a segment that it had not come to', async () => {
    segment(0, lines(0, 2));
    const [old, next] = [segment(2, lines(2, 4)), segment(4, lines(4, 6))];
    const found: number[] = [];
    for await (const { offset } of new LogFollower(folder).take()) {
      found.push(offset);
      if (offset === 0) for (const path of [segmentPath(folder, 0), old]) rmSync(path);
    }
    expect(found).toEqual([0, 1, 4, 5]);
    expect(readFileSync(next).length).toBeGreaterThan(0);
  });

  it('reads on from segments of version 1 into those of version 2', async () => {
    writeFileSync(segmentPath(folder, 0), Buffer.concat([Buffer.from('rapport-outbox 1 0\n'), lines(0, 3)]));
    const follower = new LogFollower(folder);
    expect(await offsets(follower)).toEqual([0, 1, 2]);
    segment(3, lines(3, 5));
    expect(await offsets(follower)).toEqual([3, 4]);
  });

  it('never passes over damage silently', async () => {
    const damaged = line(1);
    damaged[30]! ^= 1;
    segment(0, line(0), damaged, line(2));
    segment(3, line(3));
    await expect(offsets(new LogFollower(folder))).rejects.toMatchObject({ code: 'data_format' });
  });

  it('refuses another version', async () => {
    writeFileSync(segmentPath(folder, 0), 'rapport-outbox 9 0\n');
    await expect(offsets(new LogFollower(folder))).rejects.toMatchObject({ code: 'data_format' });
  });

  it('takes a folder that is not there yet for an empty log', async () => {
    expect(await offsets(new LogFollower(join(folder, 'later')))).toEqual([]);
  });
});

describe('recordFilter', () => {
  const record = JSON.parse(line(0).toString().slice(9)) as Parameters<ReturnType<typeof recordFilter>>[0];

  it.each([
    [{}, true],
    [{ session: '0198c0de' }, true],
    [{ session: '6c7d80' }, true],
    [{ session: '7c44' }, false],
    [{ type: 'window.assessed' }, true],
    [{ type: 'rapport.window' }, true],
    [{ type: 'transcript' }, false],
  ])('%j', (wanted, takes) => expect(recordFilter(wanted)(record)).toBe(takes));

  it('names the types for one that is none', () => {
    expect(() => recordFilter({ type: 'window.asessed' })).toThrow('did you mean rapport.window.assessed?');
  });
});
