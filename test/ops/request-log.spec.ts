import { join } from 'node:path';
import { type IntentPreview, SUBPROTOCOL } from '@rapport-live/protocol';
import { makeJwt } from '../support/jwt';
import { RawClient } from '../support/raw-client';
import { ServiceProcess } from '../support/service-process';

/** A process of its own takes its time to start on a busy machine. */
jest.setTimeout(60_000);

const SCRIPTED = [process.execPath, join(__dirname, '../support/scripted-service.cjs')];
const EXAMPLES = ['Do you have the vegan menu', 'Have you got a vegan menu', 'Is there a vegan menu', 'Show me a vegan menu', 'I want a vegan menu']; // prettier-ignore

/** Cause: every line logged within a request carried the request, with its headers and the caller's address. */
test('bug: the log had the API key of who changed an intent; it has names and counts, and no example', async () => {
  const service = new ServiceProcess({ LOG_LEVEL: 'trace' }, SCRIPTED);
  try {
    const { http, key } = await service.door();
    const ask = (method: string, path: string, body: object) =>
      fetch(`${http}/v1/intents/ask_for_menu${path}`, {
        method,
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ examples: EXAMPLES, ...body }),
      });
    const { preview } = (await (await ask('POST', '/preview', {})).json()) as IntentPreview;
    expect((await ask('PUT', '', { preview })).status).toBe(200);
    await service.kill('SIGTERM');
    const lines = service.stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: 'custom intents changed',
        ...{ change: 'added', tenant: 'development', intent: 'ask_for_menu', revision: 1 },
        ...{ examples: 5, toldRight: 5, recommended: true },
      }),
    );
    for (const secret of [key, 'authorization', '127.0.0.1', 'vegan']) expect(service.stdout).not.toContain(secret);
  } finally {
    await service.remove();
  }
});

test('what is shown at the door is in no line of the log, right or wrong', async () => {
  const secret = 'a secret of thirty-two characters';
  const about = { iss: 'https://issuer.example', aud: 'rapport', tenant: 'acme', sub: 'ann@example.com' };
  const expSeconds = Math.floor(Date.now() / 1000) + 600;
  const right = makeJwt({ alg: 'HS256' }, { ...about, exp: expSeconds, scope: 'ingest' }, secret);
  const wrong = makeJwt({ alg: 'HS256' }, { ...about, exp: 1, scope: 'ingest' }, secret);
  const jwt = { RAPPORT_JWT_SECRET: secret, RAPPORT_JWT_ISSUER: about.iss, RAPPORT_JWT_AUDIENCE: about.aud };
  const service = new ServiceProcess(
    { LOG_LEVEL: 'trace', ...jwt, RAPPORT_API_KEYS: 'acme:0123456789abcdef' },
    SCRIPTED,
  );
  try {
    const { http, url } = await service.door();
    const ask = (key: string) =>
      fetch(`${http}/v1/tokens`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: '{}' });
    const { token } = (await (await ask(right)).json()) as { token: string };
    expect([(await ask(wrong)).status, (await ask('a-key-that-nobody-has')).status]).toEqual([401, 401]);
    const page = await RawClient.openWith(url, { protocols: [SUBPROTOCOL, `rapport.token.${token}`] });
    await page.start();
    const again = await RawClient.openWith(url, { protocols: [SUBPROTOCOL, `rapport.token.${token}`] });
    expect((await again.closed).reason).toBe('unauthorized');
    page.abort();
    await service.kill('SIGTERM');
    expect(service.stdout).toContain('"level"');
    const parts = [right, wrong].flatMap((text) => text.split('.').slice(1));
    for (const shown of [...parts, token, secret, '0123456789abcdef', 'a-key-that', 'ann@', '127.0.0.1']) {
      expect(service.stdout + service.stderr).not.toContain(shown);
    }
  } finally {
    await service.remove();
  }
});
