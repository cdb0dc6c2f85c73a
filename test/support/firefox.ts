import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { folderGone, gone } from './chromium';

/** `FIREFOX_BIN`, or what distributions call it; undefined where there is none. */
export const FIREFOX = [process.env.FIREFOX_BIN, 'firefox', 'firefox-esr'].find(
  (name) => name !== undefined && spawnSync(name, ['--version']).status === 0,
);

/** Of its start, wall ms. */
const START_LIMIT_MS = 60_000;

/** Devices are the browser's own fakes, a tone and a coloured square. `denies`: whoever asks for them is refused. */
const preferences = (denies: boolean): Readonly<Record<string, unknown>> => ({
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': !denies,
  ...(denies ? { 'permissions.default.microphone': 2, 'permissions.default.camera': 2 } : {}),
  'media.autoplay.default': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
});

interface Answer {
  readonly id?: number;
  readonly type: 'success' | 'error' | 'event';
  readonly result?: object;
  readonly message?: string;
}

/** A page in a real Firefox, driven through WebDriver BiDi (W3C). */
export class FirefoxPage {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private sent = 0;
  private context = '';

  private constructor(
    private readonly browser: ChildProcess,
    private readonly folder: string,
    private readonly socket: WebSocket,
  ) {
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString('utf8')) as Answer;
      if (answer.id !== undefined) this.waiting.get(answer.id)?.(answer);
    });
  }

  static async open(url: string, { denies = false } = {}): Promise<FirefoxPage> {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-firefox-'));
    const lines = Object.entries(preferences(denies)).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
    );
    writeFileSync(join(folder, 'user.js'), lines.join('\n'));
    const flags = ['--headless', '--no-remote', '--profile', folder, '--remote-debugging-port', '0'];
    const browser = spawn(FIREFOX!, [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      const socket = new WebSocket(`${await listening(browser)}/session`, { maxPayload: 64 << 20 });
      await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
      const page = new FirefoxPage(browser, folder, socket);
      await page.send('session.new', { capabilities: {} });
      const tree = await page.send<{ contexts: { context: string }[] }>('browsingContext.getTree', {});
      page.context = tree.contexts[0]!.context;
      await page.send('browsingContext.navigate', { context: page.context, url, wait: 'complete' });
      return page;
    } catch (error) {
      await remove(browser, folder);
      throw error;
    }
  }

  /** Runs a script in the page as if the person had clicked, and gives what it resolves to; rejects with what it throws. */
  async run<T>(script: string): Promise<T> {
    interface Evaluated {
      readonly type: 'success' | 'exception';
      readonly result?: { readonly value: string };
      readonly exceptionDetails?: { readonly text: string };
    }
    const { result, exceptionDetails } = await this.send<Evaluated>('script.evaluate', {
      expression: `(async () => { ${script} })().then((value) => JSON.stringify({ value }))`,
      target: { context: this.context },
      awaitPromise: true,
      userActivation: true,
    });
    if (result !== undefined) return (JSON.parse(result.value) as { value: T }).value;
    throw new Error(exceptionDetails?.text);
  }

  async close(): Promise<void> {
    this.socket.terminate();
    await remove(this.browser, this.folder);
  }

  private async send<T = object>(method: string, params: object): Promise<T> {
    const id = (this.sent += 1);
    const answered = new Promise<Answer>((resolve) => this.waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params }));
    const { type, result, message } = await answered;
    this.waiting.delete(id);
    if (type === 'error') throw new Error(`${method}: ${message}`);
    return result as T;
  }
}

/** It says where, once it does. */
function listening(browser: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const limit = setTimeout(() => reject(new Error(`Firefox did not start: ${said}`)), START_LIMIT_MS);
    browser.on('error', reject);
    browser.on('exit', (code) => reject(new Error(`Firefox ended with ${code}: ${said}`)));
    browser.stderr!.on('data', (data) => {
      said = `${said}${String(data)}`.slice(-10_000);
      const found = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said);
      if (found === null) return;
      clearTimeout(limit);
      resolve(found[1]!);
    });
  });
}

async function remove(browser: ChildProcess, folder: string): Promise<void> {
  await gone(browser);
  await folderGone(folder);
}
