import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudEvent, RapportError, TypedEvent } from '@rapport-live/protocol';
import type { DurableRecord } from '../../src/delivery/session-result';
import type { CallEvents } from '../../src/doors/door-call';
import { DoorCalls } from '../../src/doors/door-calls';
import type { CallLine } from '../../src/doors/door-line';
import { eventually } from '../support/eventually';
import { exactly } from '../support/exactly';
import { detached, type RunningService, startService } from '../support/service';
import { ServiceProcess } from '../support/service-process';
import { bytesOf, joined, silence, tone } from '../support/sound';
import { endedCall, foundCall } from './support/call-results';
import { ForeignLine } from './support/foreign-line';

const SCRIPTED = [process.execPath, 'test/support/scripted-service.cjs'];
const STREAMS = [{ streamId: 1, kind: 'voice' as const, party: 'customer' as const, codec: 'pcm16le-16k' as const }];
const line = (tenant = 'acme'): CallLine => ({
  ...{ principal: { tenant, scopes: new Set(['ingest' as const]) }, onStarted: () => {}, closeCode: undefined },
});

/** What a door hears of one call. */
class Heard implements CallEvents {
  readonly records: DurableRecord[] = [];
  readonly partials: CloudEvent[] = [];
  readonly failures: string[] = [];
  ends = 0;

  result(record: DurableRecord): void {
    this.records.push(record);
  }

  ephemeral(event: CloudEvent): void {
    this.partials.push(event);
  }

  ended(): void {
    this.ends += 1;
  }

  failed({ code }: RapportError): void {
    this.failures.push(code);
  }

  get types(): string[] {
    return this.records.map(({ event }) => event.type);
  }
}

describe('calls of a door', () => {
  let service: RunningService;
  let calls: DoorCalls;
  beforeAll(async () => {
    service = await startService({ resumeWindowMs: 30_000 });
    calls = service.app.get(DoorCalls, { strict: false });
  });
  afterAll(() => service.close());

  const say = (call: ReturnType<DoorCalls['begin']>, samples: Int16Array, fromMs: number) => {
    const bytes = bytesOf(samples);
    for (let at = 0; at < bytes.length; at += 640) call.media(1, fromMs + at / 32, bytes.subarray(at, at + 640));
  };

  it('are told every result in order, then their end', async () => {
    const heard = new Heard();
    const call = calls.begin(line(), { streams: STREAMS, session: { language: 'en' }, partials: true }, heard);
    say(call, joined(tone(2500), silence(500)), 0);
    call.chat({ party: 'customer', text: 'where is my refund', messageId: 'm-1', ptsMs: 100 });
    call.end('completed');
    await eventually(() => heard.ends > 0);
    expect(heard.records.map(({ seq }) => seq)).toEqual(heard.records.map((_, i) => i + 1));
    expect([heard.types[0], heard.types.at(-1)]).toEqual(['rapport.session.started', 'rapport.session.ended']);
    expect(heard.types.filter((type) => type === 'rapport.transcript.final')).toHaveLength(2);
    expect(heard.partials.map(({ type }) => type)).toContain('rapport.transcript.partial');
    expect((heard.records.at(-1)!.event as TypedEvent).data).toMatchObject({
      reason: 'ended',
      clientReason: 'completed',
    });
    expect([heard.ends, heard.failures]).toEqual([1, []]);
  });

  it('are paused: what is said meanwhile is dropped before any buffer', async () => {
    const heard = new Heard();
    const call = calls.begin(line(), { streams: STREAMS, session: { externalId: 'paused' } }, heard);
    say(call, tone(1000), 0);
    expect(call.pause(1000, 'payment')).toEqual({ ok: true });
    say(call, tone(1000), 1000);
    expect(call.unpause(2000)).toEqual({ ok: true });
    say(call, tone(1000), 2000);
    expect(call.participant({ action: 'hold', party: 'customer', ptsMs: 3000, streamId: 9 })).toMatchObject({
      ...{ ok: false, code: 'unknown_stream' },
    });
    expect(call.participant({ action: 'joined', party: 'agent', ptsMs: 3000 })).toEqual({ ok: true });
    call.end();
    const { ended, of } = await endedCall(service, 'paused').then((found) => ({
      ended: found.ended,
      of: found.of('rapport.session.updated').map(({ data }) => data.kind),
    }));
    expect(ended.dropped).toEqual({ paused: 50 });
    expect(of.sort()).toEqual(['participant', 'pause', 'pause']);
  });

  it('announce what their sender says is lost', async () => {
    const call = calls.begin(line(), { streams: STREAMS, session: { externalId: 'lossy' } }, new Heard());
    say(call, tone(1000), 0);
    call.lost(1, 1000, 1500);
    say(call, tone(1500), 1500);
    call.end();
    const { gaps, ended } = await endedCall(service, 'lossy');
    expect(gaps).toMatchObject([{ reason: 'unknown', fromMs: 1000, toMs: 1500 }]);
    expect(ended.durationMs).toBe(3000);
  });

  it('whose protocol has a way back wait for it and go on where they were', async () => {
    const first = new Heard();
    const call = calls.begin(line(), { streams: STREAMS, session: { externalId: 'back' } }, first, { key: 'door:1' });
    say(call, tone(1500), 0);
    await foundCall(service, 'back', (found) => found.of('rapport.window.assessed').length > 0);
    const before = first.records.length;
    call.leave();
    await detached(service);
    expect(calls.resume(line('globex'), 'door:1', new Heard(), 0)).toBeUndefined(); // of another tenant
    expect(calls.resume(line(), 'door:2', new Heard(), 0)).toBeUndefined();

    const second = new Heard();
    const again = calls.resume(line(), 'door:1', second, before)!;
    expect(again.sessionId).toBe(call.sessionId);
    say(again, tone(1500), 1500);
    // a third comes while the second still seems to be there
    const third = new Heard();
    const last = calls.resume(line(), 'door:1', third, 0)!;
    expect(second.failures).toEqual(['session_taken_over']);
    again.leave(); // which ends nothing any more
    last.end();
    await eventually(() => third.ends > 0);
    expect(third.records.map(({ seq }) => seq)).toEqual(third.records.map((_, i) => i + 1));
    expect((third.records.at(-1)!.event as TypedEvent).data).toMatchObject({ durationMs: 3000, dropped: exactly({}) });
    expect(calls.resume(line(), 'door:1', new Heard(), 0)).toBeUndefined();
  });

  it('without a way back end with their connection', async () => {
    const call = calls.begin(line(), { streams: STREAMS, session: { externalId: 'gone' } }, new Heard());
    say(call, tone(1000), 0);
    call.leave();
    expect((await endedCall(service, 'gone')).ended).toMatchObject({ reason: 'disconnected', incomplete: false });
  });

  it('whose consent is withdrawn end at once', async () => {
    const heard = new Heard();
    const call = calls.begin(line(), { streams: STREAMS, session: { externalId: 'withdrawn' } }, heard);
    say(call, tone(1000), 0);
    call.updateConsent({ consent: { analysis: false } });
    await eventually(() => heard.ends > 0);
    expect((await endedCall(service, 'withdrawn')).ended.reason).toBe('consent_withdrawn');
  });

  it('are refused what session.start does not allow, without a word of its values', () => {
    const begin = () => calls.begin(line(), { streams: STREAMS, session: { team: 'x'.repeat(300) } }, new Heard());
    expect(begin).toThrow(
      expect.objectContaining({
        code: 'invalid_message',
        message: expect.stringMatching(/^The start .*session\.team/),
      }),
    );
    expect(begin).not.toThrow('xxx');
  });

  it('without a way back end with the service, though it keeps the sessions of clients', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'rapport-doors-'));
    const one = await startService({ dataDir, onShutdown: 'keep' });
    const call = one.app
      .get(DoorCalls, { strict: false })
      .begin(line(), { streams: STREAMS, session: { externalId: 'left' } }, new Heard());
    say(call, tone(1000), 0);
    await one.app.close();
    expect((await endedCall(one, 'left')).ended).toMatchObject({ reason: 'shutdown', incomplete: false });
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('that a dead process left open are ended by the next one, since nobody can come back to them', async () => {
    // bug: their snapshots had no tokens, which the next start fell over
    const dataDir = mkdtempSync(join(tmpdir(), 'rapport-doors-'));
    const child = new ServiceProcess({ RAPPORT_DATA_DIR: dataDir, RAPPORT_JAMBONZ: 'on' }, SCRIPTED);
    const { http, key } = await child.door();
    const headers = { authorization: `Bearer ${key}` };
    const caller = await ForeignLine.open(`${http.replace('http', 'ws')}/jambonz`, { headers });
    caller.json({ callSid: 'killed', sampleRate: 16_000, mixType: 'mono' });
    const sound = bytesOf(tone(3000));
    for (let at = 0; at < sound.length; at += 640) caller.bytes(sound.subarray(at, at + 640));
    const there = { config: { dataDir } } as RunningService;
    await eventually(() => readdirSync(dataDir).includes('outbox'));
    await foundCall(there, 'killed', (found) => found.of('rapport.window.assessed').length > 1);
    await child.kill('SIGKILL');
    const next = await startService({ dataDir });
    expect((await endedCall(next, 'killed')).ended).toMatchObject({ reason: 'error', incomplete: true });
    await next.close();
    await child.remove();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000); // two processes start, which a busy machine takes 8 s for each
});
