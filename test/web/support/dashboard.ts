import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BrowserOptions, DevtoolsPage } from '../../support/devtools';
import { eventually } from '../../support/eventually';

const ROOT = join(__dirname, '../../..');

/** Makes the dashboard that the service serves, when it is not as its sources are. Before the service starts. */
export function buildDashboard(): void {
  execFileSync(process.execPath, ['scripts/web.mjs'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** The dashboard in a real Chromium, as somebody uses it. */
export class Dashboard {
  private constructor(readonly page: DevtoolsPage) {}

  /** @param http of the service, or of a proxy before it */
  static async open(http: string, hash = '', browser: BrowserOptions = {}): Promise<Dashboard> {
    const dashboard = new Dashboard(await DevtoolsPage.open(`${http}/wall`, browser));
    // a `#` would end the address that Chromium is asked to open
    if (hash !== '') await dashboard.goTo(hash);
    return dashboard;
  }

  goTo(hash: string): Promise<void> {
    return this.page.run(`location.hash = ${JSON.stringify(hash)}`);
  }

  /** As somebody who loads the page anew. */
  async reload(): Promise<void> {
    await this.page.run('window.isOfBefore = true');
    await this.page.send('Page.reload');
    // between two pages there is none that a script could run in
    await eventually(() =>
      this.page.run<boolean>(`return !window.isOfBefore && document.readyState === 'complete'`).catch(() => false),
    );
  }

  /** Chooses a file as in the dialog that a button opens. */
  async chooseFile(path: string, selector = 'input[type=file]'): Promise<void> {
    const { root } = await this.page.send<{ root: { nodeId: number } }>('DOM.getDocument');
    const { nodeId } = await this.page.send<{ nodeId: number }>('DOM.querySelector', { nodeId: root.nodeId, selector });
    await this.page.send('DOM.setFileInputFiles', { files: [path], nodeId });
  }

  /** All text that is there to be seen or heard. */
  text(selector = 'body'): Promise<string> {
    return this.page.run(`return document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`);
  }

  count(selector: string): Promise<number> {
    return this.page.run(`return document.querySelectorAll(${JSON.stringify(selector)}).length`);
  }

  /** Once the text is there. */
  async see(text: string | RegExp, selector = 'body'): Promise<void> {
    let last = '';
    try {
      await eventually(async () => {
        last = await this.text(selector);
        return typeof text === 'string' ? last.includes(text) : text.test(last);
      });
    } catch {
      throw new Error(`${text} is not to be seen in: ${last.slice(0, 2000)}`);
    }
  }

  /** Types into the field with this label, or chooses there, once it is there and has that choice. */
  async enter(label: string, value: string): Promise<void> {
    await eventually(() =>
      this.page.run<boolean>(`
        const label = [...document.querySelectorAll('label')].find((one) => one.innerText.trim().startsWith(${JSON.stringify(label)}));
        const field = label?.querySelector('input, select, textarea');
        if (!field) return false;
        const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value');
        own.set.call(field, ${JSON.stringify(value)});
        if (field.value !== ${JSON.stringify(value)}) return false;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        field.dispatchEvent(new Event('change', { bubbles: true }));
        return true;
      `),
    );
  }

  /** Presses the button or link that is called so, once it is there and takes it. Found and pressed at once: the page may be drawn anew between. */
  async press(name: string): Promise<void> {
    await eventually(() =>
      this.page.run<boolean>(`
        const all = [...document.querySelectorAll('button, a')];
        const one = all.find(({ innerText, disabled }) => innerText.trim() === ${JSON.stringify(name)} && disabled !== true);
        one?.click();
        return one !== undefined;
      `),
    );
  }

  /** Clicks the first that there is of a selector, of those with the text, once there is one. */
  async click(selector: string, text = ''): Promise<void> {
    await eventually(() =>
      this.page.run<boolean>(`
        const all = [...document.querySelectorAll(${JSON.stringify(selector)})];
        const one = all.find(({ innerText }) => innerText.includes(${JSON.stringify(text)}));
        one?.click();
        return one !== undefined;
      `),
    );
  }

  /** Once there is one. */
  async focus(selector: string): Promise<void> {
    await eventually(() =>
      this.page.run<boolean>(`
        const one = document.querySelector(${JSON.stringify(selector)});
        one?.focus();
        return one !== null;
      `),
    );
  }

  /** Once what was changed last is laid out and drawn, by those too who hear of it from the layout. */
  drawn(): Promise<void> {
    return this.page.run(
      'return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))',
    );
  }

  async logIn(user: string, password: string): Promise<void> {
    await this.see('Password');
    await this.enter('Name', user);
    await this.enter('Password', password);
    await this.press('Log in');
    await this.see('Log out');
  }

  /** Presses a key as somebody at a keyboard does. */
  async key(key: string): Promise<void> {
    const codes: Readonly<Record<string, number>> = { Tab: 9, Enter: 13, Escape: 27, ' ': 32 };
    const what = { key, code: key, windowsVirtualKeyCode: codes[key] ?? 0, ...(key === 'Enter' ? { text: '\r' } : {}) };
    for (const type of ['keyDown', 'keyUp']) await this.page.send('Input.dispatchKeyEvent', { type, ...what });
  }

  /** What axe-core has against the page, of what keeps people out (WCAG 2.2, levels A and AA). */
  async violations(): Promise<string[]> {
    const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
    const tags = JSON.stringify(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
    const found = await this.page.run<Violation[]>(`
      if (window.axe === undefined) (0, eval)(${JSON.stringify(axe)});
      const { violations } = await window.axe.run(document, { runOnly: { type: 'tag', values: ${tags} } });
      return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes }));
    `);
    return found.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  async size(width: number, height: number, scale = 1): Promise<void> {
    await this.page.send('Emulation.setDeviceMetricsOverride', {
      ...{ width, height, deviceScaleFactor: scale, mobile: false },
    });
    await this.drawn();
  }

  /** As the system has it. */
  async colours(scheme: 'light' | 'dark'): Promise<void> {
    await this.page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    await this.drawn();
  }

  /** By how much the page is wider than its window, CSS px. */
  overflowPx(): Promise<number> {
    return this.page.run<number>('return document.documentElement.scrollWidth - document.documentElement.clientWidth');
  }

  /** Writes what is to be seen, as PNG. */
  async picture(path: string): Promise<void> {
    const { data } = await this.page.send<{ data: string }>('Page.captureScreenshot', { format: 'png' });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.from(data, 'base64'));
  }

  close(): Promise<void> {
    return this.page.close();
  }
}
