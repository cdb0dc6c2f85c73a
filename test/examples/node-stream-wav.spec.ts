import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { wavFile } from '../cli/wav-file';
import { startStill } from '../faults/fault-session';
import { TURN_MS, turns } from '../support/expected-results';
import type { RunningService } from '../support/service';
import { bytesOf } from '../support/sound';

const ROOT = join(__dirname, '../..');
/** 11.5 s: more than the first credit lets through. */
const TURNS = 6;

describe('the Node example', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-node-'));
  const wav = join(folder, 'call.wav');
  let service: RunningService;
  beforeAll(async () => {
    writeFileSync(wav, wavFile(bytesOf(turns(TURNS))));
    ({ service } = await startStill());
  });
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['examples/node/stream-wav.mjs', ...args], { cwd: ROOT });

  it('streams a file within its credit and prints what the service finds', async () => {
    const { stdout, stderr } = await run(wav, service.url, service.key);
    expect(stderr).toBe('');
    const lines = stdout.trimEnd().split('\n');
    const windows = Math.ceil((TURNS * TURN_MS - 340) / 1000);
    const told = lines.filter((line) => /^ +\d+\.0 s {2}[a-z]+$/.test(line)).length;
    // the last one holds the last words alone: it is new where they were read in time for it
    expect([windows - 1, windows]).toContain(told);
    expect(lines.at(-1)).toBe(`${told} windows, ${TURNS} finals`);
    expect(lines.filter((line) => / s {2}customer: /.test(line))).toHaveLength(TURNS);
  });

  it('says in a sentence why there is no session', async () => {
    await expect(run(wav, service.url, 'nobody')).rejects.toMatchObject({
      stderr: expect.stringMatching(/RapportError.*key/),
    });
    const noWav = join(folder, 'no.wav');
    writeFileSync(noWav, 'nothing of the kind');
    await expect(run(noWav, service.url)).rejects.toMatchObject({ stderr: expect.stringContaining('is no WAV file') });
  });
});
