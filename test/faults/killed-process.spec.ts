import { FaultProxy } from '../support/fault-proxy';
import { ServiceProcess } from '../support/service-process';
import { chunks, CHUNKS_A_TURN, FaultSession } from './fault-session';

// Many sessions each: on a machine that does other things they take their time.
jest.setTimeout(180_000);

const SCRIPTED = [process.execPath, 'test/support/scripted-service.cjs'];
/** The time limits of streams are ten times as long: a machine under load is no silent sender. */
const PATIENT = { pace: 0.1 };
const TURNS = 4;

describe('a process killed with -9 in mid-session', () => {
  const processes: ServiceProcess[] = [];
  let proxy: FaultProxy | undefined;

  afterEach(async () => {
    await proxy?.close();
    for (const child of processes.splice(0).reverse()) await child.remove();
  });

  function start(dataDir?: string): ServiceProcess {
    const child = new ServiceProcess(dataDir === undefined ? {} : { RAPPORT_DATA_DIR: dataDir }, SCRIPTED);
    processes.push(child);
    return child;
  }

  it('and started again goes on with its sessions: nothing is lost, nothing doubled', async () => {
    const first = start();
    const door = await first.door();
    proxy = await FaultProxy.to(door.url);
    const open = () => FaultSession.open(proxy!.through(door.url), door.key, PATIENT);
    const sessions = await Promise.all([open(), open(), open()]);
    const media = chunks(TURNS);
    // Each is somewhere else: before its first window, in mid-utterance, in a pause.
    const at = [3, CHUNKS_A_TURN + 5, 3 * CHUNKS_A_TURN - 1];
    await Promise.all(sessions.map((session, i) => session.send(media.slice(0, at[i]))));
    void sessions[1]!.heard.session.chat({ party: 'customer', text: 'one word', ptsMs: 2000 });
    await sessions[2]!.heard.until(({ windows }) => windows.length >= 3);

    await first.kill('SIGKILL');
    const back = sessions.map(({ heard }) => new Promise((resolve) => heard.session.on('resumed', resolve)));
    const rest = sessions.map((session, i) => session.send(media.slice(at[i])));
    const second = start(first.dataDir);
    proxy.retarget((await second.door()).url);
    await Promise.all(back);
    await Promise.all(rest);
    await Promise.all(sessions.map(({ heard }) => heard.end()));
    for (const [i, session] of sessions.entries()) {
      expect(session.resumed).toEqual([expect.objectContaining({ epoch: 1, tookOver: false })]);
      await session.expectWhole({ turns: TURNS, chatMs: i === 1 ? [2000] : [] }, first.dataDir);
    }
  });
});
