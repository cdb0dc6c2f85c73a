import { ScriptedDoor } from '../test/scripted-door';
import type { ConnectOptions } from './options';
import { RapportSession } from './session';

const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' } as const;
const WEBM = { ...VOICE, streamId: 2, codec: 'webm-opus' } as const;

/** Listening, live sound and back-pressure, against a scripted service; timers are jest's. */
describe('RapportSession', () => {
  let door: ScriptedDoor;
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(1);
    door = new ScriptedDoor();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const turns = async (): Promise<void> => {
    for (let i = 0; i < 10; i += 1) await Promise.resolve();
  };
  async function opened(options: Partial<ConnectOptions> = {}) {
    const streams = [VOICE, WEBM];
    const session = new RapportSession({ url: 'ws://home/', apiKey: 'key', streams, ...options }, door.open);
    await turns();
    door.newest.ready({ 1: 10_000, 2: 10_000 });
    await session.ready;
    return session;
  }

  it('tells results by their type to who listens, until the listener is taken off or its signal aborted', async () => {
    const session = await opened();
    const heard: string[] = [];
    const stop = new AbortController();
    const off = session.on('rapport.transcript.final', ({ data }) => heard.push(data.text));
    session.on('rapport.transcript.final', ({ data }) => heard.push(data.text.toUpperCase()), stop);
    const final = (seq: number, text: string): void =>
      door.newest.result(seq, { type: 'rapport.transcript.final', data: { text } });
    final(1, 'one');
    door.newest.result(2);
    stop.abort();
    final(3, 'two');
    final(3, 'two'); // again
    off();
    final(4, 'three');
    expect(heard).toEqual(['one', 'ONE', 'two']);
    session.abort();
  });

  it('who listens need not read: the newest are kept, all are acknowledged, nothing is paused', async () => {
    const session = await opened({ maxUnreadMessages: 3, ackEveryMs: 50 });
    session.on('rapport.window.assessed', () => {});
    for (let seq = 1; seq <= 10; seq += 1) door.newest.result(seq);
    expect(door.newest.isPaused).toBe(false);
    jest.advanceTimersByTime(50);
    expect(door.newest.messages.at(-1)).toEqual({ type: 'result.ack', seq: 7 });
    const seen: unknown[] = [];
    const stop = new AbortController();
    const reading = (async () => {
      for await (const message of session.messages(stop)) seen.push('seq' in message && message.seq);
    })();
    await turns();
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    expect(seen).toEqual([8, 9, 10]);
    session.abort();
  });

  it('a fault of a listener harms neither the session nor the other listeners', async () => {
    const faults: (() => void)[] = [];
    jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => void faults.push(task));
    const session = await opened();
    const heard: string[] = [];
    session.on('error', () => {
      throw new Error('a fault of the page');
    });
    session.on('error', ({ code }) => heard.push(code));
    door.newest.say({ type: 'error', code: 'unknown_type', message: 'm', advice: 'a', fatal: false });
    expect(heard).toEqual(['unknown_type']);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toThrow('a fault of the page');
    expect(session.isConnected).toBe(true);
    session.abort();
  });

  it('stamps live sound by its samples, and finds out where its source had paused', async () => {
    const session = await opened();
    const says = (count: number): void => {
      for (let i = 0; i < count; i += 1) {
        jest.advanceTimersByTime(20);
        void session.sendAudio(1, new Int16Array(320));
      }
    };
    says(3);
    jest.advanceTimersByTime(2_000);
    says(30);
    expect(door.newest.frames.slice(0, 4).map(({ ptsUs }) => ptsUs / 1000)).toEqual([0, 20, 40, 2_060]);
    expect(door.newest.messages.at(-1)).toMatchObject({ type: 'media.gap', reason: 'unknown', fromPtsMs: 60 });
    expect(door.newest.frames).toHaveLength(15); // 10,000 bytes of credit
    await expect(session.sendAudio(2, new Uint8Array(10))).rejects.toMatchObject({ code: 'invalid_message' });
    await expect(session.sendAudio(9, new Uint8Array(10))).rejects.toMatchObject({ code: 'unknown_stream' });
    const stop = new AbortController();
    const withdrawn = session.sendAudio(1, new Int16Array(320), stop);
    stop.abort(new Error('hung up'));
    await expect(withdrawn).rejects.toThrow('hung up');
    session.abort();
  });

  it('tells when media waits, and when it does not any more', async () => {
    const session = await opened({ pressureBytes: 1_000 });
    const pressure: unknown[] = [];
    session.on('pressure', (event) => pressure.push(event));
    for (let i = 0; i < 12; i += 1) void session.send(1, new Uint8Array(1_000), i * 31.25);
    expect(pressure).toEqual([{ streamId: 1, queuedBytes: 2_000, isHigh: true }]);
    door.newest.say({ type: 'credit', streamId: 1, limitBytes: 20_000 });
    expect(pressure.slice(1)).toEqual([{ streamId: 1, queuedBytes: 0, isHigh: false }]);
    session.abort();
  });

  it('every wait can be given up, and the session goes on', async () => {
    const session = await opened();
    const stop = new AbortController();
    const waits = [
      session.send(1, new Uint8Array(20_000), 0, stop),
      session.endStream(1, 10, stop),
      session.openStream({ ...VOICE, streamId: 3 }, stop),
      session.end('completed', stop),
    ];
    stop.abort(new Error('changed my mind'));
    for (const wait of waits) await expect(wait).rejects.toThrow('changed my mind');
    await expect(session.sendChat('too late', stop)).rejects.toThrow('changed my mind');
    expect(session.on('over', () => {}, stop)).toBeInstanceOf(Function);
    expect(session.isConnected).toBe(true);
    session.abort(new Error('of my own'));
    await expect(session[Symbol.asyncIterator]().next()).rejects.toThrow('of my own');
  });

  describe('in a browser, which cannot pause', () => {
    beforeEach(() => (door.canPause = false));

    it('drops the connection while nobody reads on, and gets what it missed when somebody does', async () => {
      const session = await opened({ maxUnreadMessages: 2 });
      const reader = session[Symbol.asyncIterator]();
      const lost: unknown[] = [];
      session.on('reconnecting', ({ cause }) => lost.push(cause));
      for (let seq = 1; seq <= 4; seq += 1) door.newest.result(seq);
      expect(door.newest.isTerminated).toBe(true);
      await turns();
      expect(lost).toMatchObject([{ code: 'slow_consumer' }]);
      jest.advanceTimersByTime(30_000);
      await turns();
      expect(door.connections).toHaveLength(1);
      for (let i = 0; i < 3; i += 1) await reader.next(); // half of the bound is left
      await turns();
      expect(door.connections).toHaveLength(2);
      expect(door.newest.messages[0]).toMatchObject({ type: 'session.resume', ackedResultSeq: 4 });
      door.newest.resumed();
      door.newest.result(5);
      expect(session.isConnected).toBe(true);
      session.abort();
      expect(jest.getTimerCount()).toBe(0);
    });

    it('is over when nobody has read on for the time in which it can be resumed', async () => {
      const session = await opened({ maxUnreadMessages: 2 });
      for (let seq = 1; seq <= 2; seq += 1) door.newest.result(seq);
      await turns();
      jest.advanceTimersByTime(60_000);
      const reader = session[Symbol.asyncIterator]();
      for (let seq = 1; seq <= 2; seq += 1) expect((await reader.next()).value).toMatchObject({ seq });
      await expect(reader.next()).rejects.toMatchObject({ code: 'slow_consumer' });
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});
