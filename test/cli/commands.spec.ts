import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeHeader, encodeRecord } from '../../src/delivery/record-line';
import { segmentPath } from '../../src/delivery/segment';
import { COMMANDS } from '../../src/cli/main';
import { CommandLine, rapport } from './command-line';

jest.setTimeout(60_000);

const dataDir = mkdtempSync(join(tmpdir(), 'rapport-cli-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const LOG = '0b7e3d5a-1c2d-4e3f-8a4b-5c6d7e8f9a0b';
const SESSIONS = ['0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80', '0198c0df-0000-7c44-9d1e-2f5a3b6c0001'] as const;
const final = (offset: number, session: string, text: string): Buffer => {
  const data = { utteranceId: `u-${offset}`, source: 'voice', party: 'customer', startMs: 1000, endMs: 2000, text, intents: [] }; // prettier-ignore
  const event = JSON.stringify({ type: 'rapport.transcript.final', subject: session, data });
  return encodeRecord({ offset, seq: offset + 1, topic: 'rapport.transcripts', key: `t/${session}` }, event);
};
const log = segmentPath(join(dataDir, 'outbox'), 0);
beforeAll(() => {
  mkdirSync(join(dataDir, 'outbox'));
  const records = [final(0, SESSIONS[0], 'Hello.'), final(1, SESSIONS[1], 'a <b> c')];
  writeFileSync(log, Buffer.concat([encodeHeader(0, LOG), ...records, final(2, SESSIONS[1], 'torn').subarray(0, 50)]));
});
const env = { RAPPORT_DATA_DIR: dataDir };

describe('rapport', () => {
  it('helps', async () => {
    expect(await rapport(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('models verify') });
    for (const { name, summary } of COMMANDS) {
      const ran = await rapport([...name.split(' '), '--help']);
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(summary), stderr: '' });
    }
  });

  it.each([
    [['analyse', 'x.wav'], 'There is no command "analyse". Did you mean analyze?'],
    [['tail', '--folow'], 'tail has no option --folow: did you mean --follow?'],
    [['export', '--format', 'srt'], '--format srt is unknown: use jsonl, vtt or emotionml.'],
    [['tail', 'x'], 'tail takes no "x"'],
  ])('%j: one sentence and exit status 2', async (args, sentence) => {
    const ran = await rapport(args, env);
    expect(ran.stderr.trim().split('\n')).toEqual([expect.stringContaining(sentence)]);
    expect(ran.code).toBe(2);
  });
});

describe('rapport tail', () => {
  it('prints the log up to its torn end', async () => {
    const { code, stdout } = await rapport(['tail', '--type', 'transcript', '--session', SESSIONS[0]], env);
    expect(code).toBe(0);
    expect(stdout).toBe('6c7d80     1  0:01  customer  "Hello."\n');
  });

  it('follows what is written until it is stopped', async () => {
    const running = new CommandLine(['tail', '--follow', '--json'], env);
    const lines = (): string[] => running.stdout.trim().split('\n');
    const until = async (count: number): Promise<void> => {
      while (lines().length < count) await new Promise((resolve) => running.child.stdout!.once('data', resolve));
    };
    await until(2);
    appendFileSync(log, final(2, SESSIONS[1], 'torn').subarray(50));
    await until(3);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
    expect(lines().map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([1, 2, 3]);
  });

  it('says where no log is', async () => {
    const ran = await rapport(['tail'], { RAPPORT_DATA_DIR: join(dataDir, 'none') });
    expect(ran.stderr).toContain('holds no log: run `npm start` first');
    expect(ran.code).toBe(1);
  });
});

describe('rapport export', () => {
  it('writes every result, or one transcript', async () => {
    const all = await rapport(['export'], env);
    expect(all.stdout.trim().split('\n').length).toBeGreaterThanOrEqual(2);
    const out = join(dataDir, 'out.vtt');
    const one = await rapport(['export', '--format', 'vtt', '--session', SESSIONS[0]], env);
    expect(one.stdout).toBe('WEBVTT\n\nu-0\n00:00:01.000 --> 00:00:02.000\n<v Customer>Hello.</v>\n');
    expect(await rapport(['export', '--out', out], env)).toMatchObject({ code: 0, stdout: '' });
  });

  it('asks which session a transcript is of', async () => {
    const ran = await rapport(['export', '--format', 'vtt'], env);
    expect(ran.stderr).toContain(`the log has 2: add --session with one of ${SESSIONS.join(', ')}`);
    expect(ran.code).toBe(2);
    const none = await rapport(['export', '--session', 'abc'], env);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('The log has no session abc') });
  });
});

describe('rapport alerts replay', () => {
  const folder = join(dataDir, 'replay');
  const rules = join(dataDir, 'rules.yaml');
  const there = { RAPPORT_DATA_DIR: folder };
  const record = (offset: number, type: string, data: object): Buffer => {
    const event = JSON.stringify({ type, tenant: 't', subject: SESSIONS[0], data });
    return encodeRecord({ offset, seq: offset + 1, topic: 'rapport.sessions', key: `t/${SESSIONS[0]}` }, event);
  };
  beforeAll(() => {
    mkdirSync(join(folder, 'outbox'), { recursive: true });
    const said = {
      utteranceId: 'u',
      source: 'chat',
      party: 'customer',
      startMs: 61_000,
      endMs: 62_000,
      text: 'My lawyer!',
    };
    writeFileSync(
      segmentPath(join(folder, 'outbox'), 0),
      Buffer.concat([
        encodeHeader(0, LOG),
        record(0, 'rapport.session.started', { session: { team: 'billing' } }),
        record(1, 'rapport.transcript.final', said),
        record(2, 'rapport.session.ended', { session: { team: 'billing' }, durationMs: 70_000, reason: 'ended' }),
      ]),
    );
    writeFileSync(
      rules,
      [
        'version: 1',
        'rules:',
        '  - id: lawyer',
        '    name: Speaks of a lawyer',
        '    when: { said: { by: customer, anyOf: [lawyer], keepMs: 5000 } }',
        '    clearAfterMs: 0',
        '  - { id: sales_only, name: Sales, teams: [sales], when: { said: { by: customer, anyOf: [lawyer] } } }',
      ].join('\n'),
    );
  });

  it('prints what rules would have told, and leaves the log as it is', async () => {
    const before = readFileSync(segmentPath(join(folder, 'outbox'), 0));
    const { code, stdout, stderr } = await rapport(['alerts', 'replay', rules], there);
    expect({ code, stderr, lines: stdout.split('\n').map((line) => line.replace(/ +/g, ' ')) }).toEqual({
      code: 0,
      stderr: '',
      lines: [
        'session at step severity rule why',
        '------- ---- ------- -------- ------ --------------------',
        '6c7d80 1:02 raised warning lawyer said customer lawyer',
        '6c7d80 1:08 cleared warning lawyer over',
        '',
        '1 session: lawyer 1',
        '',
      ],
    });
    expect(readFileSync(segmentPath(join(folder, 'outbox'), 0))).toEqual(before);
    const builtIn = await rapport(['alerts', 'replay', 'default', SESSIONS[0].slice(-6)], there);
    expect(builtIn).toMatchObject({ code: 0, stdout: '1 session: no alert\n' });
  });

  it('says what is wrong with rules or sessions in one sentence', async () => {
    const broken = join(dataDir, 'broken.yaml');
    writeFileSync(broken, 'version: 1\nrules:\n  - id: x1\n    name: 7\n    when: { silence: { forMs: 1000 } }\n');
    const told = async (...args: string[]): Promise<[number | null, string]> => {
      const { code, stderr } = await rapport(['alerts', 'replay', ...args], there);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      return [code, stderr];
    };
    expect(await told(broken)).toEqual([
      1,
      expect.stringMatching(/broken\.yaml does not fit: line 4, rule "x1", name: is 7/),
    ]);
    expect(await told(join(dataDir, 'none.yaml'))).toEqual([1, expect.stringContaining('cannot be read (ENOENT)')]);
    expect(await told('default', 'abc')).toEqual([1, expect.stringContaining('The log has no such session')]);
    expect(await told()).toEqual([2, expect.stringContaining('needs a rules file')]);
  });
});

describe('rapport models verify', () => {
  it('checks every model', async () => {
    const { code, stdout } = await rapport(['models', 'verify']);
    expect(code).toBe(0);
    for (const name of ['whisper-base', 'text-minilm', 'fusion', 'fernet']) expect(stdout).toContain(name);
  });

  /** Cause: loading the models, which stops at the first fault, was all that looked at their files. */
  it('bug: stopped at the first bad model; tells of all, and ends with 1', async () => {
    const models = join(dataDir, 'models');
    cpSync(join(__dirname, '../../models'), models, { recursive: true });
    appendFileSync(join(models, 'fernet', 'model.onnx'), 'x');
    rmSync(join(models, 'silero-vad', 'model.json'));
    const ran = await rapport(['models', 'verify'], { RAPPORT_MODELS_DIR: models });
    expect(ran.stdout).toMatch(/^fernet .*model\.onnx has \d+ bytes, its manifest says .*\(model_corrupt\)$/m);
    expect(ran.stdout).toMatch(/^silero-vad .*model\.json cannot be read \(model_missing\)$/m);
    expect(ran.stdout).toMatch(/^fusion +ok$/m);
    expect(ran.stderr).toMatch(/^[^\n]*2 of \d+ models in .* are not as published: fernet, silero-vad\.\n$/);
    expect(ran.code).toBe(1);
  });
});

describe('rapport config', () => {
  it('shows origin and masks keys', async () => {
    const ran = await rapport(['config'], { RAPPORT_API_KEYS: 'acme:0123456789abcdef', PORT: '9000' });
    expect(ran.stdout).toMatch(/^PORT +9000 +environment/m);
    expect(ran.stdout).toMatch(/^RAPPORT_API_KEYS +acme:\*{4} +environment/m);
    expect(ran.stdout).not.toContain('0123');
  });

  it('bug: passed over misspelt settings in silence', async () => {
    const ran = await rapport(['config'], { RAPPORT_MODEL_DIR: '/s3cret' });
    expect(ran.stdout).toMatch(/^RAPPORT_MODEL_DIR +environment +NO SETTING: did you mean RAPPORT_MODELS_DIR\?$/m);
    expect(ran.stderr).toMatch(/^rapport: RAPPORT_MODEL_DIR is set, but no such setting exists[^\n]*\n$/);
    expect(JSON.stringify(ran)).not.toContain('s3cret');
    expect(ran.code).toBe(0);
  });

  it('says what is wrong with a setting', async () => {
    expect(await rapport(['config'], { PORT: 'abc' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('PORT'),
    });
  });
});
