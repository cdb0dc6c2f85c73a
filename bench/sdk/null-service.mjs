// The service as the SDK meets it, with nothing behind: takes media, raises credit, acknowledges, and gives a result for each
// second of the voice. Serves the page beside it, so that what is measured is the browser's side alone.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { WebSocketServer } from 'ws';

const require = createRequire(import.meta.url);
const { decodeFrame } = require('../../packages/protocol/dist/index.js');
const { sessionId: SESSION_ID, limits: LIMITS } = require('../../packages/client/test/scripted-session.json');

const WINDOW_BYTES = { voice: 320_000, video: 8_388_608 };
const FILES = { '/sdk/': '../../packages/client/dist/', '/': './' };

/** @returns {Promise<{ url: string, seen: { voiceMs: number, stills: number, gaps: number }, close(): void }>} */
export async function startNullService() {
  const seen = { voiceMs: 0, stills: 0, gaps: 0 };
  const server = createServer(async (request, response) => {
    const [path] = request.url.split('?');
    const [prefix, folder] = Object.entries(FILES).find(([start]) => path.startsWith(start));
    const name = path.slice(prefix.length) || 'page.html';
    try {
      const file = await readFile(new URL(`${folder}${name}`, import.meta.url));
      response.setHeader('content-type', name.endsWith('.html') ? 'text/html' : 'text/javascript');
      response.end(file);
    } catch {
      response.writeHead(404).end();
    }
  });
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'rapport.v1' });
  sockets.on('connection', (socket) => converse(socket, seen));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  };
  return { url, seen, close };
}

function converse(socket, seen) {
  const say = (message) => socket.send(JSON.stringify(message));
  const streams = new Map();
  let results = 0;
  const open = ({ streamId, kind }) => {
    streams.set(streamId, { kind, limitBytes: WINDOW_BYTES[kind] });
    return { streamId, limitBytes: WINDOW_BYTES[kind] };
  };
  socket.on('message', (data, isBinary) => {
    if (isBinary) return take(decodeFrame(data).frame);
    const message = JSON.parse(data.toString());
    if (message.type === 'session.start') {
      const token = { resumeToken: 'token', resumeWindowMs: 60_000 };
      say({ type: 'session.ready', sessionId: SESSION_ID, epoch: 0, ...token, credits: [], limits: LIMITS });
    } else if (message.type === 'stream.open') say({ type: 'credit', ...open(message.stream) });
    else if (message.type === 'media.gap') seen.gaps += 1;
    else if (message.type === 'session.end') socket.close(1000);
  });

  function take({ streamId, seq, ptsUs, byteOffset, payload }) {
    const stream = streams.get(streamId);
    const sentBytes = byteOffset + payload.byteLength;
    const window = WINDOW_BYTES[stream.kind];
    if (sentBytes + window - stream.limitBytes > window / 8) {
      stream.limitBytes = sentBytes + window;
      say({ type: 'credit', streamId, limitBytes: stream.limitBytes });
      say({ type: 'media.acked', streamId, seq });
    }
    if (stream.kind === 'video') return void (seen.stills += 1);
    seen.voiceMs = ptsUs / 1000;
    for (; results < Math.floor(seen.voiceMs / 1000); results += 1)
      say({ type: 'result', seq: results + 1, event: assessed(results) });
  }
}

/** Of the size of a real one, about 1.5 kB. */
function assessed(second) {
  const emotion = { anger: 0.1, disgust: 0.1, fear: 0.1, joy: 0.4, neutral: 0.1, sadness: 0.1, surprise: 0.1 };
  const data = {
    windowStartMs: second * 1000,
    windowEndMs: second * 1000 + 4000,
    label: 'joy',
    emotion,
    single: [emotion, emotion, emotion],
  };
  return {
    specversion: '1.0',
    id: `id-${second}`,
    type: 'rapport.window.assessed',
    subject: SESSION_ID,
    data,
    padding: 'x'.repeat(600),
  };
}
