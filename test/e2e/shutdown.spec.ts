import { type ErrorMessage, ERRORS, SUBPROTOCOL } from '@rapport-live/protocol';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { makeCall } from '../support/call';
import { expectWhole } from '../support/heard-session';
import { openCall } from '../support/hold-call';
import { readLog } from '../support/local-log';
import { RawClient, refusedUpgrade } from '../support/raw-client';
import { startService } from '../support/service';
import { tone } from '../support/sound';

const CALL = makeCall({ voices: [{ party: 'customer', samples: tone(4000) }] });

describe('shutdown with a live session', () => {
  it('works off what came, sends session.ended and closes; refuses who comes meanwhile', async () => {
    const before = openResources();
    // Slow enough that there is a meanwhile.
    const service = await startService({}, new ScriptedPool({ latencyMs: { 'voice-tokens': 150 } }));
    const heard = await openCall(service, CALL, 1);
    const waiting = await RawClient.open(service.url, service.key);
    const sends = CALL.cues.map((cue) => cue.kind === 'media' && heard.session.send(1, cue.payload, cue.ptsMs));
    await Promise.all(sends);
    await heard.until(({ windows }) => windows.length > 0);

    const closed = service.app.close();
    const { status, body } = await refusedUpgrade(service.url, SUBPROTOCOL, { authorization: `Bearer ${service.key}` });
    expect([status, body.code, body.advice]).toEqual([503, 'server_shutdown', ERRORS.server_shutdown.advice]);
    waiting.json({ type: 'session.start', ref: 'too-late' });
    expect(await waiting.error()).toMatchObject({ code: 'server_shutdown', ref: 'too-late' });
    expect(await waiting.closed).toMatchObject({ status: ERRORS.server_shutdown.close });

    await expect(heard.closed).resolves.toBeUndefined();
    await closed;
    expectWhole(heard, 'development');
    expect(heard.windows.map(({ windowEndMs }) => windowEndMs)).toEqual([1000, 2000, 3000, 4000]);
    expect(heard.all('rapport.transcript.final')).toHaveLength(1);
    expect(heard.all('rapport.session.ended')[0]!.data).toMatchObject({ reason: 'shutdown', incomplete: false });
    const log = await readLog(service.config.dataDir, heard.sessionId);
    expect(log.map(({ event }) => event)).toEqual(heard.results.map(({ event }) => event));
    await service.close();
    expect(await settled(openResources, before)).toEqual(before);
  });

  /** Its connection was cut off behind the close frame: TCP then throws away what the client has not read yet. */
  it('bug: a client that went on sending lost its end', async () => {
    for (let round = 0; round < 5; round += 1) {
      const service = await startService();
      const client = await RawClient.open(service.url, service.key);
      await client.start({ streams: [...CALL.streams] });
      const payload = new Uint8Array(640);
      let seq = 0;
      const sender = setInterval(() => {
        for (let n = 0; n < 10 && seq < 500; n += 1, seq += 1) {
          client.frame({ seq, ptsUs: seq * 20_000, byteOffset: seq * 640 }, payload);
        }
      }, 1).unref();
      await client.until((m): m is Extract<typeof m, { type: 'credit' }> => m.type === 'credit');
      const closing = service.close();
      expect(await client.closed).toEqual({ status: 1000, reason: 'session ended' });
      clearInterval(sender);
      // bug: once its media was worked off, a session no longer knew its own streams
      const errors = client.received.filter((m) => m.type === 'error').map((m) => (m as ErrorMessage).code);
      expect(errors.filter((code) => code !== 'stream_ended')).toEqual([]);
      await closing;
      expect(client.received.at(-1)).toMatchObject({
        event: { type: 'rapport.session.ended', data: { reason: 'shutdown' } },
      });
    }
  });

  it('leaves nothing that keeps the process alive when nobody is there', async () => {
    const before = openResources();
    const service = await startService();
    await service.close();
    expect(await settled(openResources, before)).toEqual(before);
  });
});

/** Sockets, servers and timers that would keep a process running, by kind. */
function openResources(): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (/TCP|Timeout|Immediate|MessagePort|Worker/.test(kind)) counted[kind] = (counted[kind] ?? 0) + 1;
  }
  return counted;
}

/** The value once it equals what is wanted, or what it is after a second: closing sockets takes some turns. */
async function settled<T>(read: () => T, wanted: T): Promise<T> {
  for (let attempt = 0; attempt < 100 && JSON.stringify(read()) !== JSON.stringify(wanted); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return read();
}
