import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningService } from './service';

/** `CHROME_BIN`, or what distributions call it; undefined where there is none. */
export const CHROMIUM = [process.env.CHROME_BIN, 'chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => name !== undefined && spawnSync(name, ['--version']).status === 0,
);

/** A page that hangs must not keep the browser, wall ms. */
const PAGE_LIMIT_MS = 50_000;

/**
 * Opens a page of `test/browser` in a real Chromium and resolves with what it posts to `/done`. The page's WebSocket
 * goes to the service through a proxy that adds the API key, as a backend would: pages cannot set headers.
 * @param sound a WAV file that the page gets as its microphone, once
 */
export async function openPage(
  service: RunningService,
  page: string,
  script: object,
  sound?: string,
): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-chromium-'));
  let browser: ChildProcess | undefined;
  let server: Server | undefined;
  let limit: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      limit = setTimeout(() => reject(new Error(`The page said nothing in ${PAGE_LIMIT_MS} ms.`)), PAGE_LIMIT_MS);
      server = backend(service, page, resolve);
      server.listen(0, '127.0.0.1', () => {
        const { port } = server!.address() as AddressInfo;
        const url = `http://127.0.0.1:${port}/?script=${encodeURIComponent(JSON.stringify(script))}`;
        browser = spawn(CHROMIUM!, [...chromiumFlags(folder, sound), url], { stdio: 'ignore' });
        browser.on('error', reject);
        browser.on('exit', (code) => reject(new Error(`Chromium ended with ${code}.`)));
      });
    });
  } finally {
    clearTimeout(limit);
    if (browser !== undefined) await gone(browser);
    server?.closeAllConnections();
    server?.close();
    await folderGone(folder);
  }
}

/** @param sound a WAV file that pages get as their microphone, once */
export function chromiumFlags(folder: string, sound: string | undefined): string[] {
  return [
    '--headless=new',
    '--no-sandbox', // containers have no user namespaces; the page is ours
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--mute-audio',
    '--autoplay-policy=no-user-gesture-required',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    ...(sound === undefined ? [] : [`--use-file-for-fake-audio-capture=${sound}%noloop`]),
    `--user-data-dir=${folder}`,
  ];
}

function backend(service: RunningService, page: string, done: (report: unknown) => void): Server {
  const server = createServer((request, response) => {
    if (request.method !== 'POST') {
      response.setHeader('Content-Type', 'text/html');
      response.end(readFileSync(join(__dirname, '../browser', page)));
      return;
    }
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      response.end();
      done(JSON.parse(text));
    });
  });
  server.on('upgrade', (request, socket) => {
    const upstream = connect(Number(new URL(service.url).port), '127.0.0.1');
    upstream.write(withKey(request, service.key));
    upstream.pipe(socket).pipe(upstream);
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  return server;
}

function withKey({ method, url, rawHeaders }: IncomingMessage, key: string): string {
  const lines = [`${method} ${url} HTTP/1.1`, `Authorization: Bearer ${key}`];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

export async function gone(browser: ChildProcess): Promise<void> {
  if (browser.exitCode !== null || browser.signalCode !== null) return;
  const exit = new Promise((resolve) => browser.once('exit', resolve));
  browser.kill('SIGKILL');
  await exit;
}

/**
 * Its children may still write what they know when it is killed. Not `rmSync`: that tries again to remove the folder alone, and never
 * what has come into it meanwhile.
 */
export function folderGone(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
