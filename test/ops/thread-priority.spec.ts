import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LibsqlThread } from '../../src/monitor/history/libsql/libsql-thread';
import { SnapshotThread } from '../../src/pipeline/resume/snapshot-thread';

const NICEST = 19;
const linux = process.platform === 'linux' ? it : it.skip;

/** Of the threads of this process, as steps below its own priority: proc(5), field 19 of `stat`. */
function stepsBelow(): number[] {
  const all = readdirSync('/proc/self/task').map((id) => readFileSync(`/proc/self/task/${id}/stat`, 'utf8'));
  return all.map((stat) => Number(stat.split(') ').at(-1)!.split(' ')[16]) - getPriority());
}
const bounded = (steps: number): number => Math.min(steps, NICEST - getPriority());

describe('a thread for which nobody waits who talks', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rapport-threads-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  linux('is behind inference where the core is short, as that of the history', async () => {
    const history = await LibsqlThread.open(join(folder, 'history.db'));
    expect(stepsBelow()).toContain(bounded(11));
    await history.close();
  });

  // Bug: the files of a hundred sessions that began at once stood before the windows of those that spoke.
  linux('or beside it, as that of the snapshots', async () => {
    const snapshots = new SnapshotThread(folder);
    await snapshots.apply({ writes: [{ sessionId: 's-1', json: '{}' }], removals: [] });
    expect(stepsBelow()).toContain(bounded(5));
    await snapshots.close();
  });
});
