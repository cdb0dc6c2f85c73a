// The backend of the page: it serves the files, and gives a token for each connection. The API key stays here.
//
//   npm run sdk && node examples/web/server.mjs      then open http://127.0.0.1:3000 beside a running service
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';

const {
  PORT = '3000',
  RAPPORT_URL = 'ws://127.0.0.1:8080/v1/stream',
  RAPPORT_KEY = 'rapport-development',
} = process.env;
const TYPES = { html: 'text/html', mjs: 'text/javascript', map: 'application/json' };
const SDK = new URL('../../packages/client/dist/', import.meta.url);
const files = new Map([
  ['/', new URL('index.html', import.meta.url)],
  ['/main.mjs', new URL('main.mjs', import.meta.url)],
  ...['browser.mjs', 'browser-file.mjs', 'microphone-worklet.js'].map((name) => [`/sdk/${name}`, new URL(name, SDK)]),
]);

const server = createServer(async (request, response) => {
  const file = files.get(request.url);
  if (request.method === 'POST' && request.url === '/token') {
    const answer = await fetch(new URL('/v1/tokens', RAPPORT_URL.replace('ws', 'http')), {
      method: 'POST',
      headers: { authorization: `Bearer ${RAPPORT_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ origin: request.headers.origin }),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  } else if (request.url === '/url') response.end(RAPPORT_URL);
  else if (file === undefined) response.writeHead(404).end();
  else {
    response.setHeader('content-type', TYPES[file.pathname.split('.').at(-1)] ?? 'text/javascript');
    response.end(await readFile(file));
  }
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
