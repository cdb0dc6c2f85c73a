import { join } from 'node:path';
import type { IntentPreview } from '@rapport-live/protocol';
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
