import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TypedEvent } from '@rapport-live/protocol';
import { readLog } from '../support/local-log';
import { essence, expectGapless, RawSession } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';
import { joined, silence, tone } from '../support/sound';

const VOICES = [
  { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' },
  { streamId: 2, kind: 'voice', party: 'agent', codec: 'pcm16le-16k' },
];
/** Speech to 4 s, eight seconds of loud music, speech to 16 s. */
const CUSTOMER = joined(tone(3600), silence(400), tone(8000, 220), tone(4000));
const AGENT = joined(silence(3600), tone(400), tone(8000, 330), silence(4000));
const HOLD = [4000, 12_000] as const;

type Data<T extends TypedEvent['type']> = Extract<TypedEvent, { type: T }>['data'];

/** What a hold must not have touched, and what it left. */
function judge(session: RawSession): Data<'rapport.session.ended'> {
  const windows = session.events('rapport.window.assessed').map(({ data }) => data);
  const lying = windows.filter(({ windowStartMs, windowEndMs }) => windowStartMs >= HOLD[0] && windowEndMs <= HOLD[1]);
  expect(lying).toEqual([]);
  expect(windows.filter(({ windowEndMs }) => windowEndMs <= HOLD[0])).toHaveLength(4);
  expect(windows.filter(({ windowEndMs }) => windowEndMs > HOLD[1])).toHaveLength(4);
  const finals = session.events('rapport.transcript.final').map(({ data }) => [data.startMs, data.endMs] as const);
  expect(finals.length).toBeGreaterThanOrEqual(3);
  expect(finals.filter(([startMs, endMs]) => endMs > HOLD[0] && startMs < HOLD[1])).toEqual([]);
  const told = session
    .events('rapport.session.updated')
    .map(({ data }) => [data.kind, data.mediaMs, data.detail.action]);
  expect(told).toEqual([
    ['participant', 4000, 'hold'],
    ['participant', 12_000, 'unhold'],
  ]);
  const ended = session.events('rapport.session.ended')[0]!.data;
  expect(ended.conversation).toMatchObject({ mediaMs: 8000, holds: { count: 1, totalMs: 8000, longestMs: 8000 } });
  expect(ended.conversation!.silenceMs).toBeLessThan(300);
  return ended;
}

describe('a hold at the door', () => {
  let dataDir: string;
  const services: RunningService[] = [];
  const open = async (): Promise<RunningService> => {
    const service = await startService({ dataDir, onShutdown: 'keep' });
    services.push(service);
    return service;
  };
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'rapport-holds-'))));
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const speak = (session: RawSession, fromMs: number, toMs: number): void => {
    for (let ms = fromMs; ms < toMs; ms += 1000) {
      session.voice(CUSTOMER.subarray(ms * 16, (ms + 1000) * 16), ms, 1);
      session.voice(AGENT.subarray(ms * 16, (ms + 1000) * 16), ms, 2);
    }
  };
  const say = (session: RawSession, action: 'hold' | 'unhold', ptsMs: number): void =>
    session.client.json({ type: 'participant.update', party: 'customer', action, ptsMs });

  it('leaves no window, no word and no silence of itself, at the client and in the log', async () => {
    const session = await RawSession.start(await open(), VOICES);
    speak(session, 0, 4000);
    say(session, 'hold', HOLD[0]);
    speak(session, 4000, 12_000);
    say(session, 'unhold', HOLD[1]);
    speak(session, 12_000, 16_000);
    const results = await session.end();
    expectGapless(results);
    expect(judge(session).dropped).toEqual({ on_hold: 160 });
    const log = await readLog(dataDir, session.sessionId);
    expect(log.map(({ event }) => event.id)).toEqual(results.map(({ event }) => event.id));
  });

  it('goes on over a lost connection and a restart of the service, as if there had been none', async () => {
    const whole = await RawSession.start(await open(), VOICES);
    speak(whole, 0, 4000);
    say(whole, 'hold', HOLD[0]);
    speak(whole, 4000, 12_000);
    say(whole, 'unhold', HOLD[1]);
    speak(whole, 12_000, 16_000);
    const expected = essence(await whole.end());

    const session = await RawSession.start(services[0]!, VOICES);
    speak(session, 0, 4000);
    say(session, 'hold', HOLD[0]);
    await session.result(({ type }) => type === 'rapport.session.updated');
    await session.window(4000);
    speak(session, 4000, 6000);
    await session.cut();
    session.sendFrom(await session.resume());
    speak(session, 6000, 8000);
    await services[0]!.app.close();
    session.gather();
    const again = await session.resume({}, await open());
    expect(again.epoch).toBe(1);
    session.sendFrom(again);
    speak(session, 8000, 12_000);
    say(session, 'unhold', HOLD[1]);
    speak(session, 12_000, 16_000);
    const results = await session.end();
    expectGapless(results);
    expect(essence(results)).toEqual(expected);
    judge(session);
  });
});
