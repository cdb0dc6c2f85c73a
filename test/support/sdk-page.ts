import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CHROMIUM } from './chromium';
import { type BrowserOptions, DevtoolsPage } from './devtools';
import type { RunningService } from './service';

const ROOT = join(__dirname, '../..');

/** Why a test of pages cannot run here. */
export const MISSING = CHROMIUM === undefined ? 'no chromium' : undefined;

/** Makes what browsers load of the client, as it is now. */
export function buildForBrowsers(): void {
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  execFileSync(process.execPath, ['scripts/sdk.mjs', '--bundle'], { cwd: ROOT, stdio: [...stdio] });
}

/** Empty pages that can load the SDK (`/sdk/`) and get a token for a service (`POST /token`). */
export class SdkPages {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param folders files to serve besides, by the beginning of their path */
  static async serve(service: RunningService, folders: Readonly<Record<string, string>> = {}): Promise<SdkPages> {
    buildForBrowsers();
    const all = { '/sdk/': join(ROOT, 'packages/client/dist'), ...folders };
    const server = createServer((request, response) => void answer(request, response, service, all));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SdkPages(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  open(options?: BrowserOptions): Promise<DevtoolsPage> {
    return DevtoolsPage.open(`${this.url}/`, options);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** In a page: a function `token`, and where the service is. */
export const pageScript = ({ url }: RunningService): string => `
  const token = async () => (await (await fetch('/token', { method: 'POST' })).json()).token;
  const url = ${JSON.stringify(url)};
`;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  service: RunningService,
  folders: Readonly<Record<string, string>>,
): Promise<void> {
  const path = request.url!;
  if (path === '/token') {
    const headers = { authorization: `Bearer ${service.key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ origin: request.headers.origin });
    const given = await fetch(`${service.http}/v1/tokens`, { method: 'POST', headers, body });
    return void response.end(await given.text());
  }
  const prefix = Object.keys(folders).find((start) => path.startsWith(start));
  const file = prefix === undefined ? '' : join(folders[prefix]!, path.slice(prefix.length));
  if (existsSync(file)) {
    response.setHeader('content-type', path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript');
    return void response.end(readFileSync(file));
  }
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><title>empty</title>');
}
