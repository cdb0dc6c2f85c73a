import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TURN_MS, turns } from '../support/expected-results';
import { startStill } from '../faults/fault-session';
import type { RunningService } from '../support/service';
import { bytesOf } from '../support/sound';

const ROOT = join(__dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const TURNS = 2;

/** What the reader has: a microphone, which here hears so much and is hung up. */
const MICROPHONE = `
  import { EventEmitter } from 'node:events';
  import { readFileSync } from 'node:fs';
  const microphone = new EventEmitter();
  microphone.once('newListener', () => setImmediate(() => {
    const pcm = readFileSync(process.argv[1]);
    for (let at = 0; at < pcm.length; at += 640) microphone.emit('data', pcm.subarray(at, at + 640), at / 32);
    void session.end();
  }));
`;

describe("the README's ten lines of SDK", () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-readme-'));
  let service: RunningService;
  beforeAll(async () => void ({ service } = await startStill()));
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  it('run as they stand there, and print what the service finds', async () => {
    const code = /## Ten lines of SDK\n+```ts\n([\s\S]*?)```/.exec(README)![1]!;
    const here = code.replace('ws://127.0.0.1:8080/v1/stream', service.url);
    expect(here).not.toBe(code);
    const sound = join(folder, 'sound.pcm');
    writeFileSync(sound, bytesOf(turns(TURNS)));
    const args = ['--input-type=module', '--eval', `${MICROPHONE}${here}`, sound];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    expect(stderr).toBe('');
    const printed = stdout.match(/^rapport\.\S+/gm) ?? [];
    const count = (type: string) => printed.filter((name) => name === type).length;
    expect(printed[0]).toBe('rapport.session.started');
    expect(printed.at(-1)).toBe('rapport.session.ended');
    expect(count('rapport.transcript.final')).toBe(TURNS + 1);
    expect(count('rapport.window.assessed')).toBe(Math.ceil((TURNS * TURN_MS) / 1000));
    expect(stdout).toContain("text: 'Where is my refund?'");
  });
});
