import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { CHROMIUM, chromiumFlags, folderGone, gone } from './chromium';
import { eventually } from './eventually';

/** What a test starts Chromium with. */
export interface BrowserOptions {
  /** A WAV file that pages get as their microphone, once. */
  readonly sound?: string;
  /** Whoever asks for a microphone or camera is refused. */
  readonly denies?: boolean;
}

interface Answer {
  readonly id?: number;
  /** Of what the browser tells by itself. */
  readonly method?: string;
  readonly params?: object;
  readonly result?: object;
  readonly error?: { readonly message: string };
}

/** A page in a real Chromium, driven through its DevTools protocol. */
export class DevtoolsPage {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly listeners = new Map<string, (params: object) => void>();
  private sent = 0;

  private constructor(
    private readonly browser: ChildProcess,
    private readonly folder: string,
    private readonly socket: WebSocket,
  ) {
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString('utf8')) as Answer;
      if (answer.id !== undefined) this.waiting.get(answer.id)?.(answer);
      else this.listeners.get(answer.method!)?.(answer.params!);
    });
  }

  static async open(url: string, { sound, denies = false }: BrowserOptions = {}): Promise<DevtoolsPage> {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-devtools-'));
    const flags = chromiumFlags(folder, sound).filter((flag) => !denies || !flag.startsWith('--use-fake-ui'));
    const more = ['--remote-debugging-port=0', ...(denies ? ['--deny-permission-prompts'] : []), 'about:blank'];
    const browser = spawn(CHROMIUM!, [...flags, ...more], { stdio: 'ignore' });
    try {
      let port = '';
      await eventually(() => {
        if (browser.exitCode !== null) throw new Error(`Chromium ended with ${browser.exitCode}.`);
        port = portIn(folder);
        return port !== '';
      });
      const opened = await fetch(`http://127.0.0.1:${port}/json/new?${url}`, { method: 'PUT' });
      const { webSocketDebuggerUrl } = (await opened.json()) as { webSocketDebuggerUrl: string };
      const socket = new WebSocket(webSocketDebuggerUrl, { maxPayload: 64 << 20 });
      await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
      const page = new DevtoolsPage(browser, folder, socket);
      const isThere = `return location.href !== 'about:blank' && document.readyState === 'complete'`;
      // between two pages there is none that a script could run in
      await eventually(() => page.run<boolean>(isThere).catch(() => false));
      return page;
    } catch (error) {
      await remove(browser, folder);
      throw error;
    }
  }

  async send<T = object>(method: string, params: object = {}): Promise<T> {
    const id = (this.sent += 1);
    const answered = new Promise<Answer>((resolve) => this.waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answered;
    this.waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result as T;
  }

  /** Hears of what the browser tells by itself, one listener an event: `undefined` hears no more. */
  on<T extends object>(event: string, listener: ((params: T) => void) | undefined): void {
    if (listener === undefined) this.listeners.delete(event);
    else this.listeners.set(event, listener as (params: object) => void);
  }

  /** Runs a script in the page as if the person had clicked, and gives what it resolves to; rejects with what it throws. */
  async run<T>(script: string): Promise<T> {
    interface Evaluated {
      readonly result: { readonly value: T };
      readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } };
    }
    const { result, exceptionDetails } = await this.send<Evaluated>('Runtime.evaluate', {
      expression: `(async () => { ${script} })()`,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails === undefined) return result.value;
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }

  async close(): Promise<void> {
    this.socket.terminate();
    await remove(this.browser, this.folder);
  }
}

/** Chromium writes it once it listens. */
function portIn(folder: string): string {
  try {
    return readFileSync(join(folder, 'DevToolsActivePort'), 'utf8').split('\n')[0]!;
  } catch {
    return '';
  }
}

async function remove(browser: ChildProcess, folder: string): Promise<void> {
  await gone(browser);
  await folderGone(folder);
}
