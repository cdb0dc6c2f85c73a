import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWebhooks } from './webhooks-config';

const folder = mkdtempSync(join(tmpdir(), 'rapport-webhooks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const read = (text: string) => {
  const path = join(folder, 'webhooks.json');
  writeFileSync(path, text);
  return readWebhooks(path);
};
const KEY = Buffer.alloc(24, 5);
const desk = {
  name: 'desk',
  tenant: 'acme',
  url: 'https://desk.example.com',
  secret: `whsec_${KEY.toString('base64')}`,
};

it('reads endpoints with their key, and none without a file', () => {
  expect(readWebhooks(undefined)).toEqual([]);
  expect(read(JSON.stringify({ webhooks: [desk] }))).toEqual([
    { name: 'desk', tenant: 'acme', url: desk.url, key: KEY, severities: ['info', 'warning', 'critical'] },
  ]);
});

it.each([
  ['no JSON', '{"secret": "whsec_hidden', 'the file is not JSON'],
  [
    'a short secret',
    JSON.stringify({ webhooks: [{ ...desk, secret: 'whsec_aGlkZGVu' }] }),
    'webhooks.0.secret: whsec_ and 24 to 64 bytes',
  ],
  ['a name that is a path', JSON.stringify({ webhooks: [{ ...desk, name: '../x' }] }), 'webhooks.0.name: a-z'],
  ['another scheme', JSON.stringify({ webhooks: [{ ...desk, url: 'file:///etc/passwd' }] }), 'webhooks.0.url'],
  ['one name twice', JSON.stringify({ webhooks: [desk, desk] }), 'two webhooks have the name desk'],
])('refuses %s, and repeats no secret', (_, text, fault) => {
  expect(() => read(text)).toThrow(fault);
  expect(() => read(text)).not.toThrow(/hidden|aGlkZGVu/);
});
