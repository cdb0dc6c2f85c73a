import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TypedEvent } from '@rapport-live/protocol';
import { wavFile } from '../cli/wav-file';
import { startStill } from '../faults/fault-session';
import { exactly } from '../support/exactly';
import { expectedIds, lateIds, TURN_MS, turns } from '../support/expected-results';
import { FaultProxy } from '../support/fault-proxy';
import { readLog } from '../support/local-log';
import type { CutPoint } from '../support/proxied-link';
import { type RunningService, startService } from '../support/service';
import { ServiceProcess } from '../support/service-process';
import { bytesOf } from '../support/sound';
import { PYTHON } from '../training/python';

// Processes of Python, several at a time: on a machine that does other things they take their time.
jest.setTimeout(120_000);

const FOLDER = join(__dirname, '../../examples/python');
const EXAMPLE = join(FOLDER, 'stream_wav.py');
const FIRST = join(FOLDER, 'first_client.py');
/** 15.36 s: more than the first credit lets through. */
const TURNS = 8;
const FRAMES = (TURNS * TURN_MS) / 20;
const CHAT = 'Where is my refund?';

const packages = 'import sys, websockets.asyncio.client; sys.exit(sys.version_info < (3, 11))';
const missing =
  spawnSync(PYTHON, ['-c', packages]).status === 0
    ? undefined
    : 'Python 3.11 with examples/python/requirements.txt is not here';

(missing ? describe.skip : describe)(`the Python example${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-python-'));
  const call = join(folder, 'call.wav');
  const proxies: FaultProxy[] = [];
  const children: ChildProcess[] = [];
  let service: RunningService;

  beforeAll(async () => {
    writeFileSync(call, wavFile(bytesOf(turns(TURNS))));
    ({ service } = await startStill());
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  async function run(...args: string[]) {
    const own = Object.entries(process.env).filter(([name]) => !/^RAPPORT_/.test(name));
    const child = spawn(PYTHON, args, {
      env: { ...Object.fromEntries(own), PYTHONDONTWRITEBYTECODE: '1', NO_PROXY: '*' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: code as number, stderr, lines: stdout.trimEnd().split('\n') };
  }

  const stream = (url: string, ...options: string[]) => run(EXAMPLE, '--url', url, ...options);
  const streamCall = (url: string) => stream(url, call, '--language', 'en', '--pace', '100', '--chat', CHAT);

  /** Its first connection breaks there; or stays, without a place. */
  async function throughProxy(cut?: CutPoint): Promise<FaultProxy> {
    const proxy = await FaultProxy.to(service.url);
    proxies.push(proxy);
    if (cut) proxy.onLink = (link, index) => index === 0 && link.cutAt(cut);
    return proxy;
  }

  /** It ended well, and printed what the service wrote: all that was sent was taken, and nothing twice. */
  async function expectWhole(
    { code, stderr, lines }: Awaited<ReturnType<typeof stream>>,
    { dataDir }: { readonly dataDir: string } = service.config,
  ): Promise<void> {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const sessionId = /^00:00\.0 {2}session (\S+)$/.exec(lines[0]!)?.[1];
    const log = await readLog(dataDir, sessionId);
    const events = log.map(({ event }) => event as TypedEvent);
    const updates = events.filter(({ type }) => type === 'rapport.session.updated');
    expect(updates).toEqual([]);
    const session = { tenant: 'development', sessionId: sessionId! };
    const sent = { turns: TURNS, chatMs: [0] };
    const late = new Set(lateIds(session, sent));
    const told = events.map(({ id }) => id).sort();
    expect(told.filter((id) => !late.has(id))).toEqual(expectedIds(session, sent).filter((id) => !late.has(id)));
    expect(events.at(-1)).toMatchObject({ data: { reason: 'ended', incomplete: false, dropped: exactly({}) } });
    expect(lines).toEqual(events.map((event) => expect.stringContaining(printed(event)) as string));
    const windows = lines.filter((line) => / (voice|text) [+-]\d\.\d\d /.test(line));
    expect(windows).toHaveLength(events.filter(({ type }) => type === 'rapport.window.assessed').length);
  }

  it('the first one has 60 lines at most, streams a file within its credit and prints every result', async () => {
    expect(readFileSync(FIRST, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(60);
    const { code, stderr, lines } = await run(FIRST, call, service.url, service.key);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect([lines[0], lines.at(-1)]).toEqual(['rapport.session.started ', 'rapport.session.ended ended']);
    const ofType = (type: string) => lines.filter((line) => line.startsWith(`rapport.${type} `));
    expect(ofType('transcript.final')).toHaveLength(TURNS);
    // the last one holds the last words alone: it is new where they were read in time for it
    const windows = Math.ceil((TURNS * TURN_MS - 340) / 1000);
    expect([windows - 1, windows]).toContain(ofType('window.assessed').filter((line) => / [a-z]+$/.test(line)).length);
    expect(await run(FIRST, call, service.url, 'nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('HTTP 401'),
    });
  });

  it('streams a file within its credit and prints every result', async () => {
    await expectWhole(await streamCall(service.url));
  });

  it('goes on after a lost connection with nothing lost and nothing doubled', async () => {
    const undisturbed = await throughProxy();
    await streamCall(undisturbed.through(service.url));
    const sent = undisturbed.newest.passed.up.messages;
    expect(sent).toBeGreaterThan(FRAMES);
    const places: CutPoint[] = [
      { direction: 'up', messages: 2 },
      { direction: 'up', messages: FRAMES / 2 },
      { direction: 'up', messages: sent },
      { direction: 'down', messages: 1 },
      { direction: 'down', messages: 9 },
      { direction: 'down', bytes: 4001 },
    ];
    await Promise.all(
      places.map(async (place) => {
        const proxy = await throughProxy(place);
        await expectWhole(await streamCall(proxy.through(service.url)));
        // the last of them may be the acknowledgement of the end, behind which nobody comes back
        const links = proxy.links.length;
        expect('messages' in place && place.messages === sent ? [1, 2] : [2]).toContain(links);
      }),
    );
  });

  it('goes on with a service that was killed and started again: decoders anew, credit lower than before', async () => {
    const command = [process.execPath, 'test/support/scripted-service.cjs'];
    const first = new ServiceProcess({}, command);
    const second = new Promise<ServiceProcess>((resolve) => {
      first.exited.then(
        () => resolve(new ServiceProcess({ RAPPORT_DATA_DIR: first.dataDir }, command)),
        () => {},
      );
    });
    const { url } = await first.door();
    const proxy = await FaultProxy.to(url);
    proxies.push(proxy);
    proxy.onLink = (link, index) => {
      if (index > 0) return;
      link.cutAt({ direction: 'up', messages: FRAMES / 2 });
      void link.closed.then(() => first.kill('SIGKILL'));
    };
    const streamed = streamCall(proxy.through(url));
    proxy.retarget((await (await second).door()).url);
    await expectWhole(await streamed, first);
    await (await second).remove();
    await first.remove();
  });

  it('gives up when nobody has answered for the resume window', async () => {
    const impatient = await startService({ resumeWindowMs: 300 });
    const proxy = await FaultProxy.to(impatient.url);
    proxy.onLink = (link) => {
      link.cutAt({ direction: 'up', messages: 60 });
      void link.closed.then(() => proxy.down());
    };
    const { code, stderr } = await streamCall(proxy.through(impatient.url));
    await Promise.all([proxy.close(), impatient.close()]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^The session did not end: .+\n$/) });
  });

  it('says in a sentence why there is no session', async () => {
    const stereo = join(folder, 'stereo.wav');
    writeFileSync(stereo, wavFile(bytesOf(turns(1)), { channels: 2 }));
    const refusals: [args: string[], sentence: RegExp][] = [
      [[call, '--key', 'nobody'], /^The session did not end: unauthorized: .+ Send a valid API key/],
      [[call, '--pace', '1000'], /^The session did not end: invalid_message: .*pace/],
      [[stereo], /stereo\.wav: not one channel of 16 bits/],
      [[join(folder, 'nothing.wav')], /nothing\.wav: .*No such file/],
    ];
    await Promise.all(
      refusals.map(async ([args, sentence]) => {
        const { code, stderr } = await stream(service.url, ...args);
        expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(sentence) });
      }),
    );
    const { code, stderr } = await stream('ws://127.0.0.1:1/v1/stream', call);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^The session did not end: .*connect/i),
    });
  });
});

/** How the line of a result begins. */
function printed({ type, data }: TypedEvent): string {
  const clock = (ms: number) => `00:${(ms / 1000).toFixed(1).padStart(4, '0')}  `;
  switch (type) {
    case 'rapport.window.assessed':
      return `${clock(data.windowEndMs)}${data.label} ${data.confidence?.toFixed(2)}`;
    case 'rapport.transcript.final':
      return `${clock(data.endMs)}${data.party} (${data.source}): "${data.text}"`;
    case 'rapport.session.ended':
      return `${clock(data.durationMs)}ended: ${data.assessments} windows, ${data.finals} finals`;
    default:
      return `${clock(0)}session `;
  }
}
