import { type IntentPreview, SCOPES, type ServerMessage } from '@rapport-live/protocol';
import { WorkerPool } from '../../src/models/runtime/worker-pool';
import { RawClient } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';
import { MODELS_DIR } from './models-dir';

jest.setTimeout(120_000);

const KEYS = [
  { tenant: 'acme', key: 'key-of-acme-0123456789', scopes: SCOPES },
  { tenant: 'globex', key: 'key-of-globex-0123456789', scopes: SCOPES },
];
const EXAMPLES = [
  'Do you have any vegan dishes?',
  'can i see the vegan menu please',
  'Which of your meals are made without animal products?',
  "I'm vegan, what could I eat at your place?",
  'is there something plant based on the menu',
];
const ASKED = 'hello, are there vegan options for dinner?';

/** The real text encoder from end to end: five examples of an intent that no model was trained on. */
test('an intent of five examples is told in a session that is open, to its tenant alone', async () => {
  const pool = await WorkerPool.start({ modelsDir: MODELS_DIR, workers: 1, providers: [] });
  let service: RunningService | undefined;
  const clients: RawClient[] = [];
  try {
    service = await startService({ apiKeys: KEYS }, pool);
    for (const { key } of KEYS) {
      const client = await RawClient.open(service.url, key);
      clients.push(client);
      await client.start({ session: { language: 'en' } });
    }
    const [acme, globex] = clients as [RawClient, RawClient];
    expect(await told(acme, 'before', ASKED)).not.toBe('ask_for_vegan_menu');

    const url = `${service.http}/v1/intents/ask_for_vegan_menu`;
    const headers = { authorization: `Bearer ${KEYS[0]!.key}` };
    const body = { examples: EXAMPLES };
    const shown = await fetch(`${url}/preview`, { method: 'POST', headers, body: JSON.stringify(body) });
    const { preview, report } = (await shown.json()) as IntentPreview;
    expect(report.toldRight).toBeGreaterThanOrEqual(4);
    expect(report.doubts).toEqual([]);
    const put = await fetch(url, { method: 'PUT', headers, body: JSON.stringify({ ...body, preview }) });
    expect(put.status).toBe(200);

    expect(await told(acme, 'after', ASKED)).toBe('ask_for_vegan_menu');
    expect(await told(globex, 'after', ASKED)).not.toBe('ask_for_vegan_menu');
    expect(await told(acme, 'other', 'where can I see my invoice?')).toBe('check_invoice');
    expect(await told(acme, 'thanks', 'thank you very much')).not.toBe('ask_for_vegan_menu');
  } finally {
    clients.forEach((client) => client.abort());
    await (service?.close() ?? pool.close());
  }
});

async function told(client: RawClient, messageId: string, text: string): Promise<string | undefined> {
  client.json({ type: 'chat.message', party: 'customer', text, messageId });
  const result = await client.until(
    (m): m is Extract<ServerMessage, { type: 'result' }> =>
      m.type === 'result' && (m.event.data as { utteranceId?: string }).utteranceId === messageId,
  );
  return (result.event.data as { intents: { name: string }[] }).intents[0]?.name;
}
