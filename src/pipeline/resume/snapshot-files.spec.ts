import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialState } from '../../fusion/session-state';
import { VOICE_START } from '../testing/voice-start';
import { decodeSnapshot, encodeSnapshot, type SessionSnapshot } from './session-snapshot';
import { SnapshotFiles } from './snapshot-files';
import { SnapshotThread } from './snapshot-thread';

const snapshot = (sessionId: string, hopEndMs: number, more: object = {}): SessionSnapshot => ({
  ...{ tenant: 'acme', sessionId, epoch: 0, startedAt: '2026-03-02T09:00:00.010Z', hopEndMs, resultSeq: 1 },
  start: VOICE_START,
  ...{ state: initialState(), streams: [], door: null, ...more },
});

describe('a snapshot', () => {
  it('is read as it was written, and not at all when a byte is another', () => {
    const bytes = encodeSnapshot(JSON.stringify(snapshot('s-1', 3000)));
    expect(decodeSnapshot(bytes)).toEqual(snapshot('s-1', 3000));
    for (const at of [0, 16, 20, 40, bytes.length - 3]) {
      const spoiled = Buffer.from(bytes);
      spoiled[at]! ^= 1;
      expect(decodeSnapshot(spoiled)).toBeNull();
    }
    expect(decodeSnapshot(Buffer.alloc(0))).toBeNull();
  });
});

describe('SnapshotFiles', () => {
  let folder: string;
  let files: SnapshotFiles;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rapport-snapshots-'));
    files = new SnapshotFiles(join(folder, 'sessions'));
  });
  afterEach(async () => {
    await files.settled();
    rmSync(folder, { recursive: true });
  });

  it('has the newest of each session once a write has resolved, however many there were', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `s-${i}`);
    const writes = ids.flatMap((id) => [1, 2, 3, 4, 5].map((n) => files.write(snapshot(id, n * 1000))));
    await Promise.all(writes);
    const found = await files.readAll();
    expect(found.map(({ sessionId, hopEndMs }) => [sessionId, hopEndMs]).sort()).toEqual(
      ids.map((id) => [id, 5000]).sort(),
    );
  });

  it('keeps nothing of a session that is over, also when a write of it was under way', async () => {
    await files.write(snapshot('s-1', 500));
    const writing = files.write(snapshot('s-1', 1000));
    const waiting = files.write(snapshot('s-1', 2000));
    await files.remove('s-1');
    await Promise.allSettled([writing, waiting]);
    expect(readdirSync(join(folder, 'sessions'))).toEqual([]);
  });

  it('four trips to the disk for each of a hundred sessions that begin at once were most of what a snapshot cost: they share', async () => {
    const thread = jest.spyOn(SnapshotThread.prototype, 'apply');
    await Promise.all(Array.from({ length: 100 }, (_, i) => files.write(snapshot(`s-${i}`, 1000))));
    expect(thread).toHaveBeenCalledTimes(4);
    thread.mockRestore();
    expect(await files.readAll()).toHaveLength(100);
  });

  it('says what the disk refused, and writes what comes then', async () => {
    writeFileSync(join(folder, 'sessions'), 'a file where the folder should be');
    await expect(files.write(snapshot('s-1', 1000))).rejects.toMatchObject({ code: 'ENOTDIR' });
    rmSync(join(folder, 'sessions'));
    await files.write(snapshot('s-1', 2000));
    expect(await files.readAll()).toHaveLength(1);
  });

  it('refuses what is too large, and goes on', async () => {
    await expect(files.write(snapshot('s-1', 1000, { door: 'x'.repeat(100_000) }))).rejects.toThrow(
      /larger than 98304/,
    );
    await files.write(snapshot('s-1', 2000));
    expect(await files.readAll()).toHaveLength(1);
  });

  it('removes what is not whole', async () => {
    await files.write(snapshot('s-1', 1000));
    writeFileSync(join(folder, 'sessions', 's-2.session'), 'rapport-session 1 0000');
    writeFileSync(join(folder, 'sessions', 's-1.session.new'), 'half');
    expect(await files.readAll()).toHaveLength(1);
    expect(readdirSync(join(folder, 'sessions'))).toEqual(['s-1.session']);
  });
});
