import { type ChildProcess, fork } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { OpenIdConfig } from '../../src/config/open-id-config';
import { OpenApi } from '../support/openapi';
import { type RunningService, startService } from '../support/service';

jest.setTimeout(60_000);

const PEOPLE = {
  mia: { role: ['staff', 'supervisor'], teams: ['sales', 'billing'], org: 'acme' },
  ann: { role: 'analyst', teams: 'all', org: 'acme' },
  bob: { role: 'root', teams: 'all', org: 'acme' },
  eve: { role: 'admin', org: '../globex' },
  ...Object.fromEntries(
    ['late', 'stranger', 'impostor', 'parrot', 'forger', 'bare'].map((name) => [
      name,
      { role: 'analyst', org: 'acme' },
    ]),
  ),
};
const api = new OpenApi();

/** A browser without a page: keeps cookies by host and path, follows redirects one at a time. */
class Browser {
  private readonly kept = new Map<string, string>();

  async get(url: string, init: RequestInit = {}): Promise<Response> {
    const jar = [...this.kept].filter(([key]) => key.startsWith(new URL(url).host));
    const cookie = jar.map(([key, value]) => `${key.slice(key.indexOf(' ') + 1)}=${value}`).join('; ');
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';', 1);
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value === '') this.kept.delete(`${new URL(url).host} ${name}`);
      else this.kept.set(`${new URL(url).host} ${name}`, value);
    }
    return answer;
  }

  /** Follows until an answer is none, or leads to where `stops` says; resolves to that address. */
  async follow(from: string, stops: (url: URL) => boolean): Promise<string> {
    let url = from;
    for (let hops = 0; hops < 12; hops += 1) {
      const answer = await this.get(url);
      const to = answer.headers.get('location');
      if (to === null) throw new Error(`${answer.status} at ${url}: ${await answer.text()}`);
      url = new URL(to, url).href;
      if (stops(new URL(url))) return url;
    }
    throw new Error('it goes round in circles');
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });

describe('OpenID Connect, at a real provider', () => {
  let provider: ChildProcess;
  let service: RunningService;
  let config: OpenIdConfig;
  let laterMs = 0;

  const said = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      provider.once('message', (message) => resolve(message as T));
      provider.once('exit', (code) => reject(new Error(`the provider ended with ${code}`)));
    });

  beforeAll(async () => {
    // the browser here goes on at the service, whatever its port
    const redirectUrl = 'http://localhost/v1/login/openid/callback';
    provider = fork(join(__dirname, '../support/openid-provider.mjs'), [JSON.stringify(PEOPLE)], { silent: true });
    await said();
    provider.send({ redirectUrl });
    const { issuer } = await said<{ issuer: string }>();
    config = {
      ...{ issuer, clientId: 'rapport', clientSecret: 'a secret of the client', redirectUrl },
      ...{ scopes: 'openid', roleClaim: 'role', teamsClaim: 'teams', tenantClaim: 'org', name: 'the office' },
    };
    const wallClock = (): number => Date.now() + laterMs;
    service = await startService({ openId: config }, undefined, {}, { wallClock });
  });
  afterAll(async () => {
    provider.disconnect();
    await service.close();
  });

  const isCallback = (url: URL): boolean => url.pathname === '/v1/login/openid/callback';
  /** Up to where the provider sends the browser back to. */
  async function comeBack(browser: Browser, person: string): Promise<string> {
    const { status, headers } = await browser.get(`${service.http}/v1/login/openid`);
    expect(api.faults('GET /v1/login/openid', status, headers.get('content-type'), '')).toBeUndefined();
    const there = new URL(headers.get('location')!);
    expect(Object.fromEntries(there.searchParams)).toMatchObject({
      ...{ response_type: 'code', code_challenge_method: 'S256', code_challenge: expect.stringMatching(/^[\w-]{43}$/) },
      ...{ state: expect.stringMatching(/^[\w-]{43}$/), nonce: expect.stringMatching(/^[\w-]{43}$/), scope: 'openid' },
    });
    there.searchParams.set('login_hint', person);
    const back = new URL(await browser.follow(there.href, isCallback));
    return `${service.http}${back.pathname}${back.search}`;
  }
  const code = async (answer: Response): Promise<[number, unknown]> => [
    answer.status,
    ((await answer.json()) as { code: unknown }).code,
  ];

  it('is offered', async () => {
    expect(await (await fetch(`${service.http}/v1/login`)).json()).toMatchObject({
      openId: { url: '/v1/login/openid', name: 'the office' },
    });
  });

  it.each([
    ['mia', { role: 'supervisor', teams: ['sales', 'billing'], seesNames: true }],
    ['ann', { role: 'analyst', teams: 'all', seesNames: false }],
  ])('logs %s in, as the claims say', async (person, who) => {
    const browser = new Browser();
    const answer = await browser.get(await comeBack(browser, person));
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    const me = await (await browser.get(`${service.http}/v1/me`)).json();
    expect(me).toEqual({ userId: `openid:${person}`, tenant: 'acme', ...who });
    const out = await browser.get(`${service.http}/v1/logout`, { method: 'POST', headers: { origin: service.http } });
    expect(out.status).toBe(204);
    expect((await browser.get(`${service.http}/v1/me`)).status).toBe(401);
  });

  it.each([
    ['is over', 'late'],
    ['is for another client', 'stranger'],
    ['is of another issuer', 'impostor'],
    ['is of another log-in', 'parrot'],
    ['somebody else signed', 'forger'],
    ['nobody signed', 'bare'],
  ])('refuses an ID token that %s', async (_, person) => {
    const browser = new Browser();
    const answer = await browser.get(await comeBack(browser, person));
    const text = await answer.clone().text();
    const name = 'GET /v1/login/openid/callback';
    expect(api.faults(name, answer.status, answer.headers.get('content-type'), text)).toBeUndefined();
    expect(await code(answer)).toEqual([401, 'login_failed']);
    expect(await code(await browser.get(`${service.http}/v1/me`))).toEqual([401, 'unauthorized']);
  });

  it('refuses whoever comes back after more than ten minutes', async () => {
    const browser = new Browser();
    const back = await comeBack(browser, 'mia');
    laterMs += 600_001;
    expect(await code(await browser.get(back))).toEqual([401, 'login_failed']);
  });

  it.each([
    ['bob', /The claim \\"role\\" names no role/],
    ['eve', /The claim \\"org\\" names no tenant/],
  ])('refuses %s, whose claims are none of ours', async (person, sentence) => {
    const browser = new Browser();
    const answer = await browser.get(await comeBack(browser, person));
    const text = await answer.text();
    expect([answer.status, text]).toEqual([401, expect.stringMatching(sentence)]);
    expect(text).not.toMatch(/globex|root/);
    expect(await code(await browser.get(`${service.http}/v1/me`))).toEqual([401, 'unauthorized']);
  });

  it('takes an answer once, in the browser that asked, with its state', async () => {
    const [browser, other] = [new Browser(), new Browser()];
    const back = await comeBack(browser, 'mia');
    expect(await code(await other.get(back))).toEqual([401, 'login_failed']);
    const wrong = new URL(back);
    wrong.searchParams.set('state', 'x'.repeat(43));
    expect(await code(await browser.get(wrong.href))).toEqual([401, 'login_failed']);
    expect(await code(await browser.get(back))).toEqual([401, 'login_failed']); // it was used up by that
    const again = await comeBack(browser, 'mia');
    expect((await browser.get(again)).status).toBe(303);
    expect(await code(await browser.get(again))).toEqual([401, 'login_failed']);
  });

  it('refuses a code that the provider did not give, and what the provider itself refused', async () => {
    const browser = new Browser();
    const back = new URL(await comeBack(browser, 'mia'));
    back.searchParams.set('code', 'guessed');
    expect(await code(await browser.get(back.href))).toEqual([401, 'login_failed']);
    const refused = new URL(await comeBack(browser, 'mia'));
    refused.searchParams.delete('code');
    refused.searchParams.set('error', 'access_denied');
    expect(await code(await browser.get(refused.href))).toEqual([401, 'login_failed']);
  });

  it('says that the provider cannot be reached, and lets passwords in', async () => {
    const port = await freePort();
    const alone = await startService({ openId: { ...config, issuer: `http://127.0.0.1:${port}` } });
    try {
      const answer = await fetch(`${alone.http}/v1/login/openid`, { redirect: 'manual' });
      expect(await code(answer)).toEqual([503, 'overloaded']);
      expect((await fetch(`${alone.http}/v1/login`)).status).toBe(200);
    } finally {
      await alone.close();
    }
  });
});

it('without a provider there is nothing to go to', async () => {
  const service = await startService();
  try {
    const answer = await fetch(`${service.http}/v1/login/openid`, { redirect: 'manual' });
    expect(answer.status).toBe(404);
  } finally {
    await service.close();
  }
});
