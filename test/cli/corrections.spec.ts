import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CorrectedExample, SCOPES } from '@rapport-live/protocol';
import { ChatSession } from '../support/chat-session';
import { eventually } from '../support/eventually';
import { type RunningService, startService } from '../support/service';
import { missingForPytest, PYTHON, TRAINING } from '../training/python';
import { type Ran, rapport } from './command-line';

jest.setTimeout(60_000);

const KEY = 'key-of-acme-0123456789';
/** What customers say, and what a supervisor says it was in truth. */
const SAID = [
  ['You took the money twice, and nobody says "sorry"!', 'anger', 'complain_about_charge'],
  ['I want my money back, now.', 'anger', 'get_refund'],
  ['Where is my parcel?', 'neutral', 'complain_about_charge'],
  ['Fine, thank you, that helps.', 'neutral', 'get_refund'],
] as const;

/** The command against the real service; its models are scripted. */
describe('rapport corrections export', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-cli-'));
  let service: RunningService;
  beforeAll(async () => {
    service = await startService({ apiKeys: [{ tenant: 'acme', key: KEY, scopes: SCOPES }] });
    for (const customer of [0, 2]) {
      const chat = await ChatSession.start(service.url, KEY);
      for (const [n, [text, emotion, intent]] of SAID.slice(customer, customer + 2).entries()) {
        await chat.say(text);
        const body = JSON.stringify({ utteranceId: `m-${n + 1}`, emotion, intent });
        const request = { method: 'POST', headers: { authorization: `Bearer ${KEY}` }, body };
        const path = `${service.http}/v1/sessions/${chat.sessionId}/corrections`;
        await eventually(async () => (await fetch(path, request)).status === 201);
      }
      await chat.end();
    }
    await eventually(async () => (await run()).stdout.split('\n').length === SAID.length + 1);
  });
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: readonly string[]): Promise<Ran> =>
    rapport(['corrections', 'export', ...args, '--url', service.http], { RAPPORT_API_KEYS: `acme:${KEY}` });

  it('writes an example a line', async () => {
    const { stdout } = await run();
    const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as CorrectedExample); // prettier-ignore
    expect(lines.map(({ text, emotion, intent, party }) => [text, emotion, intent, party])).toEqual(
      SAID.map(([text, emotion, intent]) => [text, emotion, intent, 'customer']),
    );
  });

  const out = join(folder, 'own');
  it('writes a folder, and nothing over what is there', async () => {
    const told = expect.stringMatching(/^4 turns are in .*index\.csv\.\n/);
    expect(await run('--out', out)).toMatchObject({ code: 0, stdout: '', stderr: told });
    expect((await run('--out', out)).stderr).toContain('is there already');
  });

  const missing = missingForPytest();
  (missing ? it.skip : it)(`which training takes${missing ? ` (skipped: ${missing})` : ''}`, () => {
    const read =
      'import json, pathlib, sys; from rapport_training.own_data.texts import read_own_texts; ' +
      't = read_own_texts(pathlib.Path(sys.argv[1])); ' +
      'print(json.dumps([list(row) for row in zip(t.texts, t.emotions, t.intents)]))';
    const { stdout, stderr } = spawnSync(PYTHON, ['-c', read, out], { cwd: TRAINING, encoding: 'utf8' });
    expect([stderr, JSON.parse(stdout)]).toEqual(['', SAID]);
    const check = ['-m', 'rapport_training.check_data', 'texts', '--data', out];
    const checked = spawnSync(PYTHON, check, { cwd: TRAINING, encoding: 'utf8' });
    expect([checked.status, checked.stdout]).toEqual([0, 'texts: 4 turns of 2 conversations: anger 2, neutral 2\n']);
  });
});
