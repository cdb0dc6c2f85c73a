import { play } from '../../src/demo/play';
import { makeCall } from '../support/call';
import { eventually } from '../support/eventually';
import { expectWhole } from '../support/heard-session';
import { openCall } from '../support/hold-call';
import { ServiceProcess } from '../support/service-process';
import { tone } from '../support/sound';

const CALL = makeCall({ voices: [{ party: 'customer', samples: tone(3000) }] });

/** The compiled service with scripted models whose `voice-tokens` take their time, drained as main.js drains it. */
const SERVICE = `
  const { readConfig } = require('./dist/config/config.js');
  const { ScriptedPool } = require('./dist/models/scripted-pool.js');
  const { createService, listen } = require('./dist/service.js');
  const { drainOnSignals } = require('./dist/ops/drain.js');
  const [latencyMs, boundMs] = process.argv.slice(1).map(Number);
  const config = readConfig();
  createService(config, { pool: new ScriptedPool({ latencyMs: { 'voice-tokens': latencyMs } }) }).then(async (app) => {
    drainOnSignals(() => app.close(), boundMs);
    process.send({ port: await listen(app, config) });
  });`;

describe('SIGTERM', () => {
  let child: ServiceProcess;
  afterEach(() => child.remove());

  const start = (latencyMs: number, boundMs: number) => {
    child = new ServiceProcess({}, [process.execPath, '-e', SERVICE, String(latencyMs), String(boundMs)]);
    return child.door();
  };
  const status = async (url: string): Promise<number> =>
    (await fetch(url, { headers: { connection: 'close' } })).status;
  const lines = (): { msg: string; level: number }[] =>
    child.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; level: number });

  it('takes the service out of the balance at once and lets the session end with its last results', async () => {
    const door = await start(700, 10_000);
    const heard = await openCall(door, CALL, 2);
    await play(heard.session, CALL, 8);
    // a frame that is still on its way then is refused with stream_ended
    const taken = /^rapport_media_bytes_total\{kind="voice"\} 96000$/m;
    await eventually(async () => taken.test(await (await fetch(`${door.http}/metrics`)).text()));
    const exited = child.kill('SIGTERM');
    while ((await status(`${door.http}/readyz`)) === 200);
    // Still there for whoever asks whether it lives: what came is being worked off.
    expect(await status(`${door.http}/healthz`)).toBe(200);
    expect(await (await fetch(`${door.http}/readyz`)).json()).toMatchObject({
      error: { sessions: { status: 'down' } },
    });
    expect(await heard.closed).toBeUndefined();
    expect(await exited).toEqual({ code: 0, signal: null });
    expectWhole(heard, 'development');
    expect(heard.windows.map(({ windowEndMs }) => windowEndMs)).toEqual([1000, 2000, 3000]);
    expect(heard.all('rapport.session.ended')[0]!.data).toMatchObject({ reason: 'shutdown', incomplete: false });
    expect(lines().some(({ msg }) => msg === 'draining')).toBe(true);
  });

  it('is over within its bound, whatever hangs', async () => {
    const door = await start(60_000, 1_000);
    const heard = await openCall(door, CALL, 2);
    await play(heard.session, CALL, 8);
    const beganMs = performance.now();
    expect(await child.kill('SIGTERM')).toEqual({ code: 1, signal: null });
    expect(performance.now() - beganMs).toBeLessThan(20_000); // a second, and the end of the process where others take the cores
    expect(lines().at(-1)).toMatchObject({ msg: 'draining took too long, ending', level: 50 });
  });

  it('a second time ends it at once', async () => {
    const door = await start(60_000, 60_000);
    const heard = await openCall(door, CALL, 2);
    await play(heard.session, CALL, 8);
    void child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 600)); // the time within which two signals are one wish
    expect(await child.kill('SIGTERM')).toEqual({ code: 143, signal: null });
  });
});
