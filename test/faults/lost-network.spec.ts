import type { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { TURN_MS } from '../support/expected-results';
import { FaultProxy } from '../support/fault-proxy';
import { readLog } from '../support/local-log';
import { detached, type RunningService } from '../support/service';
import { eventually } from '../support/eventually';
import { chunks, CHUNKS_A_TURN, FaultSession, startStill } from './fault-session';

// Many sessions each: on a machine that does other things they take their time.
jest.setTimeout(180_000);

/** The service's pings come so often that a silent connection is told soon, wall ms. */
const QUICK = { pingIntervalMs: 50, maxSilenceMs: 400 };

describe('a network that fails', () => {
  let clock: ScriptedClock;
  let service: RunningService;
  let proxy: FaultProxy;

  async function start(gateway: Parameters<typeof startStill>[0] = {}): Promise<void> {
    ({ service, clock } = await startStill(gateway));
    proxy = await FaultProxy.to(service.url);
  }
  afterEach(async () => {
    await proxy.close();
    await service.close();
  });

  const open = (options: Parameters<typeof FaultSession.open>[2] = {}) =>
    FaultSession.open(proxy.through(service.url), service.key, options);
  const resumed = (session: FaultSession) => new Promise((resolve) => session.heard.session.on('resumed', resolve));

  it('half open: the client goes on over another connection, and takes over from itself', async () => {
    await start({ pingIntervalMs: QUICK.pingIntervalMs });
    const session = await open({ maxSilenceMs: QUICK.maxSilenceMs });
    const media = chunks(2);
    await session.send(media.slice(0, CHUNKS_A_TURN + 3));
    proxy.newest.halfOpen();
    const back = resumed(session);
    await session.send(media.slice(CHUNKS_A_TURN + 3));
    await back;
    expect(session.resumed).toEqual([expect.objectContaining({ tookOver: true, epoch: 0 })]);
    await session.heard.end();
    await session.expectWhole({ turns: 2 }, service.config.dataDir);
  });

  it('half open: the service lets go of the connection and keeps the session', async () => {
    await start({ pingIntervalMs: 50, idleTimeoutMs: 200 });
    const session = await open();
    const media = chunks(2);
    await session.send(media.slice(0, CHUNKS_A_TURN));
    const link = proxy.newest;
    link.halfOpen();
    await eventually(async () => {
      const metrics = await (await fetch(`${service.http}/metrics`)).text();
      return /rapport_errors_total\{code="session_timeout"\} 1/.test(metrics);
    });
    const back = resumed(session);
    link.destroy();
    await back;
    expect(session.resumed).toEqual([expect.objectContaining({ tookOver: false, epoch: 0 })]);
    await session.send(media.slice(CHUNKS_A_TURN));
    await session.heard.end();
    await session.expectWhole({ turns: 2 }, service.config.dataDir);
  });

  it('an outage of 30 s in mid-utterance costs nothing: the microphone went on, and all of it is heard', async () => {
    await start();
    const session = await open();
    const media = chunks(18); // 34 s: more than credit lets run ahead
    const before = CHUNKS_A_TURN + 4;
    await session.send(media.slice(0, before));
    proxy.down();
    const sent = session.send(media.slice(before));
    void session.heard.session.chat({ party: 'customer', text: 'anybody there', ptsMs: 20_000 });
    await detached(service);
    clock.advance(30_000);
    const back = resumed(session);
    await eventually(() => proxy.refused > 0);
    proxy.up();
    await back;
    await sent;
    await session.heard.end();
    await session.expectWhole({ turns: 18, chatMs: [20_000] }, service.config.dataDir);
  });

  // A stream that fell silent over a dead line counted as idle: what its client sent again was late, and a gap.
  it.each(['the line comes back', 'the client takes over from itself'])(
    'an outage of 30 s in mid-utterance that nobody has noticed costs nothing when %s',
    async (how) => {
      const comesBack = how === 'the line comes back';
      await start({ pingIntervalMs: 50 });
      const session = await open(comesBack ? {} : { maxSilenceMs: QUICK.maxSilenceMs });
      const media = chunks(18);
      const before = CHUNKS_A_TURN + 4;
      await session.send(media.slice(0, before));
      await session.heard.until(({ windows }) => windows.length > 0);
      proxy.newest.halfOpen();
      clock.advance(30_000);
      const sent = session.send(media.slice(before));
      if (comesBack) proxy.newest.heal();
      else await resumed(session);
      await sent;
      await session.heard.end();
      if (comesBack) expect(session.resumed).toEqual([]);
      else expect(session.resumed).toContainEqual(expect.objectContaining({ tookOver: true }));
      await session.expectWhole({ turns: 18 }, service.config.dataDir);
    },
  );

  it('an outage longer than the resume window ends the session, and the client says so', async () => {
    await start();
    const session = await open();
    await session.send(chunks(1));
    await session.heard.until(({ windows }) => windows.length > 0);
    proxy.down();
    await detached(service);
    clock.advance(61_000);
    await eventually(async () => {
      const log = await readLog(service.config.dataDir, session.heard.sessionId);
      return log.at(-1)?.event.type === 'rapport.session.ended';
    });
    proxy.up();
    expect(await session.heard.closed).toMatchObject({ code: 'resume_expired' });
    const log = await readLog(service.config.dataDir, session.heard.sessionId);
    expect(log.at(-1)!.event.data).toMatchObject({ reason: 'disconnected', incomplete: false });
    // What the client had was right, and nothing of it was said twice.
    expect(log.slice(0, session.heard.results.length).map(({ event }) => event.id)).toEqual(
      session.heard.results.map(({ event }) => event.id),
    );
  });

  it('a client that does not read is let go, comes back, and has everything', async () => {
    await start({ maxBufferedBytes: 16 * 1024, closeTimeoutMs: 50 });
    const session = await open();
    const media = chunks(2);
    await session.send(media.slice(0, CHUNKS_A_TURN));
    const link = proxy.newest;
    link.stall('down');
    // A byte is no 16-bit PCM: each is answered with an error of 300 bytes, which nobody reads.
    await eventually(async () => {
      for (let i = 0; i < 4000; i += 1) void session.heard.session.send(1, new Uint8Array(1), TURN_MS);
      const metrics = await (await fetch(`${service.http}/metrics`)).text();
      return /rapport_errors_total\{code="slow_consumer"\} 1/.test(metrics);
    });
    const back = resumed(session);
    link.destroy(); // what its machine would have told it
    await back;
    await session.send(media.slice(CHUNKS_A_TURN));
    await session.heard.end();
    await session.expectWhole({ turns: 2 }, service.config.dataDir);
  });
});
