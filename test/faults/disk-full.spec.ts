import type { RapportError } from '@rapport-live/protocol';
import { spawnSync } from 'node:child_process';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { FaultyFiles } from '../delivery/support/faulty-files';
import { eventually } from '../support/eventually';
import { type RunningService, startService } from '../support/service';
import { ServiceProcess } from '../support/service-process';
import { chunks, FaultSession } from './fault-session';

jest.setTimeout(60_000);

/** More media than there is credit for by far, however far the acknowledgements have come. */
const TURNS = 30;
const BYTES_A_CHUNK = 160 * 32;

const get = async (http: string, path: string) => {
  const response = await fetch(`${http}${path}`);
  return { status: response.status, body: await response.text() };
};
const metric = async (http: string, name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec((await get(http, '/metrics')).body)?.[1]);

/** What was asked for again and again is the same as so many times before. */
async function unchanged(ask: () => Promise<number>, looks = 25): Promise<number> {
  let [last, times] = [NaN, 0];
  await eventually(async () => {
    const now = await ask();
    times = now === last ? times + 1 : 0;
    last = now;
    return times >= looks;
  });
  return last;
}

describe('a disk that takes nothing', () => {
  let service: RunningService;
  const files = new FaultyFiles();
  beforeAll(async () => {
    service = await startService({}, new ScriptedPool(), {}, { files, clock: new ScriptedClock(1000) });
  });
  afterAll(() => service.close());

  it.each(['ENOSPC', 'EROFS'])(
    '%s: the sender waits, the service says why and lets nobody new in, and then everything comes',
    async (code) => {
      const session = await FaultSession.open(service.url, service.key);
      const media = chunks(TURNS);
      await session.send(media.slice(0, 30));
      await session.heard.until(({ windows }) => windows.length >= 3);

      files.refuses = code;
      const errors = await metric(service.http, 'rapport_errors_total\\{code="overloaded"\\}');
      const accepted = (): Promise<number> => metric(service.http, 'rapport_media_bytes_total\\{kind="voice"\\}');
      const before = await accepted();
      const sending = session.send(media.slice(30));
      await eventually(async () => (await get(service.http, '/readyz')).status === 503);
      const { body } = await get(service.http, '/readyz');
      const { storage } = (JSON.parse(body) as { error: Record<string, Record<string, string>> }).error;
      expect(storage).toMatchObject({ status: 'down', code, reason: expect.stringContaining(service.config.dataDir) });
      expect((await get(service.http, '/healthz')).status).toBe(200);
      expect(await metric(service.http, 'rapport_outbox_refused')).toBe(1);
      // Credit ends: the rest of what the microphone has is not taken.
      const taken = (await unchanged(accepted)) - before;
      expect(taken).toBeLessThan((media.length - 30) * BYTES_A_CHUNK * 0.8);
      const { length } = session.heard.results;
      const opening = FaultSession.open(service.url, service.key);
      await expect(opening).rejects.toMatchObject({ code: 'overloaded' } satisfies Partial<RapportError>);
      expect(await metric(service.http, 'rapport_errors_total\\{code="overloaded"\\}')).toBe(errors + 1);
      expect(session.heard.results).toHaveLength(length);
      expect(await metric(service.http, 'rapport_outbox_oldest_pending_seconds')).toBeGreaterThan(0);

      // The end waits too, and loses nothing.
      files.refuses = undefined;
      await sending;
      await session.heard.end();
      await session.expectWhole({ turns: TURNS }, service.config.dataDir);
      expect((await get(service.http, '/readyz')).status).toBe(200);
      expect(await metric(service.http, 'rapport_outbox_refused')).toBe(0);
    },
  );

  it('a session that is ended meanwhile is ended once there is room, complete', async () => {
    const session = await FaultSession.open(service.url, service.key);
    const media = chunks(3);
    await session.send(media.slice(0, 10));
    files.refuses = 'ENOSPC';
    await session.send(media.slice(10));
    const ending = session.heard.end();
    await eventually(async () => (await get(service.http, '/readyz')).status === 503);
    await unchanged(() => metric(service.http, 'rapport_outbox_pending_bytes'));
    files.refuses = undefined;
    await ending;
    await session.expectWhole({ turns: 3 }, service.config.dataDir);
  });
});

const canRaise = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
const withLimits = canRaise ? describe : describe.skip;

withLimits(`a limit on the size of files${canRaise ? '' : ' (skipped: no prlimit)'}`, () => {
  let child: ServiceProcess | undefined;
  afterEach(() => child?.remove());

  it('holds results up and loses none: with the limit raised everything comes, and nobody is told the folder', async () => {
    // A real refusal: no file of this process may grow beyond 6 KiB (EFBIG), until the limit is raised.
    const command = [
      'bash',
      '-c',
      'ulimit -S -f 6; exec "$0" "$@"',
      process.execPath,
      'test/support/scripted-service.cjs',
    ];
    child = new ServiceProcess({}, command);
    const { url, http, key } = await child.door();
    const session = await FaultSession.open(url, key, { pace: 0.1 });
    await session.send(chunks(4));
    await eventually(async () => (await get(http, '/readyz')).status === 503);
    expect((await get(http, '/readyz')).body).toMatch(
      /EFBIG: a file may not grow beyond the process's limit\. Raise it \(ulimit -f/,
    );
    expect(session.heard.errors).toEqual([]);
    const raised = spawnSync('prlimit', [`--pid=${child.pid}`, '--fsize=unlimited:']);
    expect(raised.status).toBe(0);
    await session.heard.end();
    await session.expectWhole({ turns: 4 }, child.dataDir);
    const { code } = await child.kill('SIGTERM');
    expect(code).toBe(0);
    const said = child.stdout.split('\n').filter((line) => /cannot be written|written to disk again/.test(line));
    expect(said).toEqual([expect.stringContaining('EFBIG'), expect.stringContaining('again')]);
  });
});
