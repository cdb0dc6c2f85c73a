import type { LogRecord } from '../../src/delivery/record-line';
import { expectedIds, lateIds } from '../support/expected-results';
import { keepFaultFigures } from '../support/fault-figures';
import { FaultProxy } from '../support/fault-proxy';
import { readLog } from '../support/local-log';
import { random } from '../support/mutate';
import { ServiceProcess } from '../support/service-process';
import { chunks, FaultSession } from './fault-session';

/** `RAPPORT_TEST_KILLS=200` for the long run, `RAPPORT_TEST_SEED` for another schedule. */
const KILLS = Number(process.env.RAPPORT_TEST_KILLS ?? 5);
const SEED = Number(process.env.RAPPORT_TEST_SEED ?? 1);
jest.setTimeout(60_000 + KILLS * 12_000);

const SCRIPTED = [process.execPath, 'test/support/scripted-service.cjs'];
/** The time limits of streams are ten times as long: a machine under load is no silent sender. */
const PATIENT = { pace: 0.1 };
/** And no lost one: it may take several lives of the service until a client is let in again, beyond the minute of the default. */
const WAITS_FOR_CLIENTS = { RAPPORT_RESUME_WINDOW_MS: '600000' };
const CALLERS = 3;
/** A process lives so long at most before it is killed, ms. */
const MAX_LIFE_MS = 1_500;
const MAX_TURNS = 12;

interface Call {
  readonly session: FaultSession;
  readonly turns: number;
  readonly chatMs: number;
}

/** What is wrong with what stands in the log and with what the client heard, of one call or of all. */
interface Faults {
  readonly records: number;
  readonly missing: number;
  readonly unexpected: number;
  readonly duplicates: number;
  readonly inversions: number;
}
const NO_FAULTS = { missing: 0, unexpected: 0, duplicates: 0, inversions: 0 };

/** @param late may be there or not. */
function compare(
  expected: readonly string[],
  late: readonly string[],
  found: readonly { readonly seq: number; readonly id: string }[],
): Faults {
  const ids = new Set(found.map(({ id }) => id));
  const wanted = new Set([...expected, ...late]);
  return {
    records: found.length,
    missing: expected.filter((id) => !ids.has(id) && !late.includes(id)).length,
    unexpected: [...ids].filter((id) => !wanted.has(id)).length,
    duplicates: found.length - ids.size,
    inversions: found.filter(({ seq }, i) => i > 0 && seq <= found[i - 1]!.seq).length,
  };
}

const sum = (all: readonly Faults[]): Faults =>
  all.reduce(
    (a, b) => ({
      records: a.records + b.records,
      missing: a.missing + b.missing,
      unexpected: a.unexpected + b.unexpected,
      duplicates: a.duplicates + b.duplicates,
      inversions: a.inversions + b.inversions,
    }),
    { records: 0, ...NO_FAULTS },
  );

const identified = ({ seq, event }: Pick<LogRecord, 'seq'> & { event: { id: string } }) => ({ seq, id: event.id });

function keepFigures(sessions: number, { log, heard }: { readonly log: Faults; readonly heard: Faults }): void {
  const columns = ({ records, missing, unexpected, duplicates, inversions }: Faults) => ({
    ...{
      sessions,
      results: records,
      missing,
      'not expected': unexpected,
      doubled: duplicates,
      'out of order': inversions,
    },
  });
  const rows = new Map([
    [`the service, killed with -9 ${KILLS} times: in its log`, columns(log)],
    [`the service, killed with -9 ${KILLS} times: heard by its clients`, columns(heard)],
  ]);
  keepFaultFigures('kills', rows, `RAPPORT_TEST_KILLS=${KILLS} npm test -- test/faults/killed-often.spec.ts`);
}

/** The service, killed with -9 again and again and started anew on its data folder, behind one address. */
class KilledService {
  kills = 0;
  private readonly processes: ServiceProcess[];
  private proxy!: FaultProxy;
  /** Where clients connect, and with what. */
  url!: string;
  key!: string;

  constructor() {
    this.processes = [new ServiceProcess(WAITS_FOR_CLIENTS, SCRIPTED)];
  }

  get dataDir(): string {
    return this.processes[0]!.dataDir;
  }

  async start(): Promise<void> {
    const { url, key } = await this.processes[0]!.door();
    this.proxy = await FaultProxy.to(url);
    [this.url, this.key] = [this.proxy.through(url), key];
  }

  async killAndRestart(): Promise<void> {
    await this.processes.at(-1)!.kill('SIGKILL');
    this.kills += 1;
    const next = new ServiceProcess({ ...WAITS_FOR_CLIENTS, RAPPORT_DATA_DIR: this.dataDir }, SCRIPTED);
    this.processes.push(next);
    this.proxy.retarget((await next.door()).url);
  }

  async remove(): Promise<void> {
    await this.proxy.close();
    for (const child of [...this.processes].reverse()) await child.remove();
  }
}

test(`killed with -9 at random points, ${KILLS} times: nothing is lost, doubled or out of order`, async () => {
  const service = new KilledService();
  await service.start();
  const calls: Call[] = [];
  let isOver = false;
  /** One call after another, until there were kills enough; the last of each goes on to its end. */
  const caller = async (seed: number): Promise<void> => {
    const next = random(seed);
    while (!isOver) {
      // A start that the kill hits is tried again, as a new session.
      const opened = await FaultSession.open(service.url, service.key, PATIENT).catch(() => undefined);
      if (opened === undefined) {
        await new Promise(setImmediate);
        continue;
      }
      const turns = 1 + next(MAX_TURNS);
      const media = chunks(turns);
      const chatAt = next(media.length);
      const call: Call = { session: opened, turns, chatMs: media[chatAt]!.ptsMs };
      calls.push(call);
      await call.session.send(media.slice(0, chatAt));
      void call.session.heard.session.chat({ party: 'customer', text: 'one word', ptsMs: call.chatMs });
      await call.session.send(media.slice(chatAt));
      await call.session.heard.end();
    }
  };
  const callers = Array.from({ length: CALLERS }, (_, i) => caller(SEED + 0x9e3779b9 * (i + 1)));
  const nextLife = random(SEED);
  try {
    while (service.kills < KILLS) {
      await new Promise((resolve) => setTimeout(resolve, nextLife(MAX_LIFE_MS)));
      await service.killAndRestart();
    }
    isOver = true;
    await Promise.all(callers);

    const log = await readLog(service.dataDir);
    const faults = { log: [] as Faults[], heard: [] as Faults[] };
    /** What nobody expected, for whoever looks into it. */
    const odd: string[] = [];
    for (const { session, turns, chatMs } of calls) {
      const { sessionId, results } = session.heard;
      const identity = { tenant: 'development', sessionId };
      const expected = expectedIds(identity, { turns, chatMs: [chatMs] });
      const late = lateIds(identity, { turns });
      const ofSession = log.filter(({ event }) => event.subject === sessionId);
      const kept = ofSession.map(identified);
      const unexpected = ofSession.filter(({ event }) => !expected.includes(event.id) && !late.includes(event.id));
      odd.push(...unexpected.map(({ event }) => `${event.type} ${JSON.stringify(event.data).slice(0, 200)}`));
      faults.log.push(compare(expected, late, kept));
      faults.heard.push(compare(expected, late, results.map(identified)));
    }
    const told = { log: sum(faults.log), heard: sum(faults.heard) };
    const found = { kills: service.kills, sessions: calls.length, ...told };
    if (KILLS >= 200) keepFigures(calls.length, told);
    if (process.env.RAPPORT_TEST_KILLS !== undefined) process.stdout.write(`${JSON.stringify({ ...found, odd })}\n`);
    expect(found).toMatchObject({ kills: KILLS, log: NO_FAULTS, heard: NO_FAULTS });
    expect(log.map(({ offset }) => offset)).toEqual([...log.keys()]);
    // Who was never told of its session has its beginning and its end, and no more.
    const known = new Set(calls.map(({ session }) => session.heard.sessionId));
    const others = log.filter(({ event }) => !known.has(event.subject)).map(({ event }) => event.type);
    expect(others.filter((type) => !/^rapport\.session\.(started|ended)$/.test(type))).toEqual([]);
  } finally {
    isOver = true;
    await service.remove();
  }
});
