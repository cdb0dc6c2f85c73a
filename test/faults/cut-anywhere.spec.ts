import type { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { eventually } from '../support/eventually';
import { FaultProxy } from '../support/fault-proxy';
import type { Direction, ProxiedLink } from '../support/proxied-link';
import type { RunningService } from '../support/service';
import { chunks, FaultSession, startStill } from './fault-session';

// Many sessions each: on a machine that does other things they take their time.
jest.setTimeout(180_000);

const TURNS = 2;
const CHAT_MS = [700, 2500];

describe('a connection cut', () => {
  let service: RunningService;
  let clock: ScriptedClock;
  let proxy: FaultProxy;

  beforeAll(async () => void ({ service, clock } = await startStill()));
  afterAll(() => service.close());
  beforeEach(async () => (proxy = await FaultProxy.to(service.url)));
  afterEach(() => proxy.close());

  /** A whole session through the proxy, whose first connection breaks as `fault` says. */
  async function hold(fault: (link: ProxiedLink) => void): Promise<FaultSession> {
    proxy.onLink = (link, index) => index === 0 && fault(link);
    const session = await FaultSession.open(proxy.through(service.url), service.key, { timeoutMs: 2000 });
    const media = chunks(TURNS);
    const half = media.length / 2;
    void session.heard.session.chat({ party: 'customer', text: 'one word', ptsMs: CHAT_MS[0] });
    await session.send(media.slice(0, half));
    void session.heard.session.chat({ party: 'agent', text: 'another', ptsMs: CHAT_MS[1], messageId: 'm-2' });
    await session.send(media.slice(half));
    await session.heard.end();
    return session;
  }

  async function expectAllAndOnce(direction: Direction, from: number): Promise<number> {
    for (let messages = from; ; messages += 1) {
      proxy.links.length = 0;
      const session = await hold((link) => link.cutAt({ direction, messages }));
      await session.expectWhole({ turns: TURNS, chatMs: CHAT_MS }, service.config.dataDir);
      if (session.resumed.length === 0) return messages;
      expect(session.resumed).toHaveLength(1);
    }
  }

  it('behind any message of the client loses nothing and doubles nothing', async () => {
    // 1: session.start. Before it was answered there is nothing to resume.
    const last = await expectAllAndOnce('up', 2);
    expect(last).toBeGreaterThan(25); // 24 frames, two messages, the end
  });

  it('behind any message of the service loses nothing and doubles nothing', async () => {
    const last = await expectAllAndOnce('down', 1);
    expect(last).toBeGreaterThan(8); // ready, started, four windows, four finals, the end
  });

  it('in the middle of a message loses nothing and doubles nothing', async () => {
    for (const direction of ['up', 'down'] as const) {
      for (const bytes of [1200, 4999, 12_345]) {
        proxy.links.length = 0;
        const session = await hold((link) => link.cutAt({ direction, bytes }));
        await session.expectWhole({ turns: TURNS, chatMs: CHAT_MS }, service.config.dataDir);
      }
    }
  });

  it.each([
    ['up', 0],
    ['up', 1],
    ['down', 0],
  ] as const)(
    'before the session is known to the client (%s %i): it says so, and the session ends',
    async (direction, messages) => {
      proxy.onLink = (link) => link.cutAt({ direction, messages });
      await expect(FaultSession.open(proxy.through(service.url), service.key, { timeoutMs: 2000 })).rejects.toThrow();
      await proxy.newest.closed;
      await eventually(async () => {
        clock.advance(61_000);
        const metrics = await (await fetch(`${service.http}/metrics`)).text();
        return /^rapport_sessions_live 0$/m.test(metrics);
      });
    },
  );
});
