import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltPage } from '../../src/monitor/page/built-page';
import { type RunningService, startService } from '../support/service';
import { buildDashboard } from '../web/support/dashboard';

describe('the page of the dashboard', () => {
  let service: RunningService;
  beforeAll(async () => {
    buildDashboard();
    service = await startService();
  }, 120_000);
  afterAll(() => service.close());

  it('is served under a policy of its own files alone, and its files for ever', async () => {
    const page = await fetch(`${service.http}/wall`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    );
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const html = await page.text();
    const names = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => name!);
    expect(names.map((name) => name.replace(/-[\w-]{8}\./, '-HASH.')).sort()).toEqual([
      ...['/wall/assets/index-HASH.js', '/wall/assets/mark-HASH.svg', '/wall/assets/style-HASH.css'],
    ]);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|<style|style=/);
    for (const name of names) {
      const file = await fetch(`${service.http}${name}`);
      expect([name, file.status, file.headers.get('cache-control')]).toEqual([
        ...[name, 200, 'public, max-age=31536000, immutable'],
      ]);
      expect(file.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('is where a browser comes to, and nobody else', async () => {
    const ask = (accept: string, path = '/', method = 'GET') =>
      fetch(`${service.http}${path}`, { method, headers: { accept }, redirect: 'manual' });
    const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const { status, headers } = await ask(browser);
    expect([status, headers.get('location'), headers.get('vary')]).toEqual([303, '/wall', 'accept']);
    expect((await ask(browser, '/', 'HEAD')).status).toBe(303);
    for (const accept of ['*/*', 'application/json', '']) {
      const answer = await ask(accept);
      expect([accept, answer.status, await answer.json()]).toMatchObject([accept, 404, { code: 'unknown_path' }]);
    }
    expect((await ask(browser, '/', 'POST')).status).toBe(404);
    expect((await ask(browser, '/other')).status).toBe(404);
  });

  it.each(['..%2findex.html', '%2e%2e%2f%2e%2e%2fpackage.json', 'index.html', '__proto__', 'x'.repeat(5000)])(
    'no other file is: %s',
    async (name) => expect((await fetch(`${service.http}/wall/assets/${name}`)).status).toBe(404),
  );
});

it('a page that was not built is none, and files that no browser should get are left out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-page-'));
  try {
    expect(BuiltPage.read(folder).html).toBeUndefined();
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html>');
    for (const name of ['a.js', 'a.js.map', '.env']) writeFileSync(join(folder, 'assets', name), 'x');
    const page = BuiltPage.read(folder);
    expect(['a.js', 'a.js.map', '.env'].map((name) => page.file(name) !== undefined)).toEqual([true, false, false]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
