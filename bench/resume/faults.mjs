// Does one harm after the other to a service, in a process of its own: told over IPC {do: NAME, ms}, it does so for as long
// and answers when it is over. Its own faults are what it is for: none of them ends it.
import { connect } from 'node:net';
import { setPriority } from 'node:os';
import { WebSocket } from 'ws';
import { DEVELOPMENT_KEY } from '../../dist/config/config.js';
import { SUBPROTOCOL } from '../../packages/protocol/dist/index.js';
import { upgradeRequest } from '../upgrade-request.mjs';
import { RawSession, sleep } from './raw-session.mjs';

// The client that measures is on the same core: what it waits for is to be the service and not this process.
const NICER = 5;
setPriority(NICER);

const url = process.argv[2];
const port = Number(new URL(url).port);
const SPEECH = Buffer.alloc(640, 0x55);
const quiet = (promise) => promise.catch(() => {});

/** Runs `act` again and again in so many lanes until the time is over. */
async function repeat(lanes, ms, act, pauseMs = 0) {
  const untilMs = performance.now() + ms;
  const lane = async () => {
    while (performance.now() < untilMs) {
      await quiet(act(untilMs));
      if (pauseMs > 0) await sleep(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function knock(head) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(head));
    socket.on('data', () => {}).on('error', () => {});
    socket.on('close', resolve);
  });
}

const faults = {
  /** Ten sessions whose connections break five times a second. */
  async cut(ms) {
    const sessions = await Promise.all(Array.from({ length: 10 }, () => new RawSession(url).start()));
    await Promise.all(
      sessions.map((session) =>
        repeat(
          1,
          ms,
          async () => {
            session.frame(SPEECH, session.seq * 20);
            await session.cut();
            await session.resume();
          },
          200,
        ),
      ),
    );
    for (const session of sessions) session.json({ type: 'session.end' });
  },

  /** Twenty sessions whose clients read nothing any more and answer no ping. */
  async 'half-open'(ms) {
    const sessions = await Promise.all(Array.from({ length: 20 }, () => new RawSession(url).start()));
    for (const { socket } of sessions) socket.pause();
    await sleep(ms);
    for (const { socket } of sessions) socket.terminate();
  },

  /** Five clients that make the service talk and do not listen. */
  async 'slow reader'(ms) {
    const sessions = await Promise.all(Array.from({ length: 5 }, () => new RawSession(url).start()));
    for (const { socket } of sessions) socket.pause();
    const untilMs = performance.now() + ms;
    while (performance.now() < untilMs) {
      for (const session of sessions) {
        // a byte is no 16-bit PCM: each is answered with an error
        for (let i = 0; i < 10; i += 1) session.frame(Buffer.alloc(1), 0);
      }
      await sleep(10);
    }
    for (const { socket } of sessions) socket.terminate();
  },

  /** Upgrades that come a byte at a time and never whole. */
  async 'slow upgrade'(ms) {
    await repeat(100, ms, async (untilMs) => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      for (const byte of upgradeRequest('slow')) {
        if (socket.destroyed || performance.now() >= untilMs) break;
        socket.write(byte);
        await sleep(100);
      }
      socket.destroy();
    });
  },

  /** A hundred sessions at once. */
  async burst(ms) {
    const sessions = await Promise.all(Array.from({ length: 100 }, () => quiet(new RawSession(url).start())));
    await sleep(ms / 2);
    for (const session of sessions) session?.json({ type: 'session.end' });
    await sleep(ms / 2);
  },

  /** Bytes that mean nothing, at the door and over connections. */
  async garbage(ms) {
    const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919 + 13) & 255));
    const overSocket = () =>
      new Promise((resolve) => {
        const socket = new WebSocket(url, SUBPROTOCOL, { headers: { authorization: `Bearer ${DEVELOPMENT_KEY}` } });
        socket.on('open', () => {
          socket.send('{"type":');
          socket.send(noise);
        });
        socket.on('error', () => {}).on('close', resolve);
      });
    await Promise.all([repeat(8, ms, () => knock(noise), 5), repeat(4, ms, overSocket, 20)]);
  },
};

process.on('message', async ({ do: name, ms }) => {
  if (name === 'stop') return process.disconnect();
  await quiet(faults[name](ms));
  process.send({});
});
process.on('uncaughtException', (error) => console.error(`faults: ${error.message}`));
process.send({ faults: Object.keys(faults) });
