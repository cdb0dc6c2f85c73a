import type { StreamOpen } from '@rapport-live/protocol';
import { ScriptedBrowser, ScriptedSource } from '../../test/scripted-browser';
import { ScriptedDoor } from '../../test/scripted-door';
import { RapportSession } from '../session';
import type { CaptureChange } from './capture';

/** Microphone and camera against a browser and a service as they are written down here; timers are jest's. */
describe('attachMicrophone and attachCamera', () => {
  let door: ScriptedDoor;
  let browser: ScriptedBrowser;
  let changes: CaptureChange[];

  beforeEach(() => {
    jest.useFakeTimers();
    door = new ScriptedDoor();
    browser = new ScriptedBrowser();
    changes = [];
  });
  afterEach(() => {
    browser.restore();
    jest.useRealTimers();
  });

  const turns = async (): Promise<void> => {
    for (let i = 0; i < 30; i += 1) await Promise.resolve();
  };

  async function opened(): Promise<RapportSession> {
    const session = new RapportSession({ url: 'ws://service/', apiKey: 'key' }, door.open);
    await turns();
    door.newest.ready();
    await session.ready;
    session.on('capture', (change) => changes.push(change));
    return session;
  }

  /** Attached, with its stream taken by the service. */
  async function attached<T>(attaching: Promise<T>): Promise<T> {
    await turns();
    const asked = door.newest.messages.at(-1) as StreamOpen;
    expect(asked.type).toBe('stream.open');
    door.newest.say({ type: 'credit', streamId: asked.stream.streamId, limitBytes: 10_000_000 });
    return attaching;
  }

  const refused = (name: string): void => {
    browser.answer = () => Promise.reject(Object.assign(new Error('no'), { name }));
  };

  it.each([
    ['NotAllowedError', 'media_denied'],
    ['SecurityError', 'media_denied'],
    ['NotFoundError', 'media_missing'],
    ['NotReadableError', 'media_busy'],
    ['TypeError', 'media_unsupported'],
  ])('a browser that answers %s is told as %s, and the session goes on', async (name, code) => {
    const session = await opened();
    refused(name);
    await expect(session.attachMicrophone()).rejects.toMatchObject({ name: 'RapportError', code, cause: { name } });
    await expect(session.attachCamera()).rejects.toMatchObject({ code });
    expect(door.newest.messages.map(({ type }) => type)).toEqual(['session.start']);
    await session.sendChat('still here');
    expect(door.newest.messages.at(-1)).toMatchObject({ type: 'chat.message', party: 'customer', text: 'still here' });
    session.abort();
  });

  it('says what is missing where it cannot be: no https, or no browser at all', async () => {
    const session = await opened();
    browser.set('navigator', {});
    await expect(session.attachMicrophone()).rejects.toMatchObject({ code: 'media_unsupported' });
    browser.restore();
    await expect(session.attachMicrophone(new ScriptedSource())).rejects.toMatchObject({ code: 'media_unsupported' });
    await expect(session.attachCamera(new ScriptedSource())).rejects.toMatchObject({ code: 'media_unsupported' });
    session.abort();
  });

  it('lets go of a device that it asked for when the service refuses the stream, or the caller gives up', async () => {
    const session = await opened();
    const source = new ScriptedSource();
    browser.answer = async () => source;
    const refusedStream = session.attachMicrophone();
    await turns();
    const refusal = { type: 'error', code: 'invalid_message', message: 'no more streams', advice: 'a', fatal: false };
    door.newest.say({ ...refusal, ref: 'stream-1' });
    await expect(refusedStream).rejects.toMatchObject({ code: 'invalid_message' });
    expect([source.audio[0]!.readyState, browser.contexts[0]!.state]).toEqual(['ended', 'closed']);
    const stop = new AbortController();
    const given = new ScriptedSource();
    const withdrawn = session.attachMicrophone(given, { signal: stop.signal, streamId: 7 });
    await turns();
    stop.abort(new Error('hung up'));
    await expect(withdrawn).rejects.toThrow('hung up');
    expect(given.audio[0]!.readyState).toBe('live'); // its owner's
    // The service takes it all the same: it is ended at once.
    door.newest.say({ type: 'credit', streamId: 7, limitBytes: 10 });
    await turns();
    expect(door.newest.frames.at(-1)).toMatchObject({ streamId: 7, flags: 2 });
    session.abort();
  });

  it('stamps what a microphone hears, and tells a tab that slept from one that was busy', async () => {
    const session = await opened();
    jest.advanceTimersByTime(1_000);
    const capture = await attached(session.attachMicrophone(new ScriptedSource()));
    expect(capture.streamId).toBe(1);
    expect(door.newest.messages.at(-1)).toMatchObject({ stream: { kind: 'voice', codec: 'pcm16le-16k' } });
    const [node] = browser.nodes;
    const hears = (count: number): void => {
      for (let i = 0; i < count; i += 1) {
        jest.advanceTimersByTime(40);
        node!.hears(40);
      }
    };
    hears(5);
    jest.advanceTimersByTime(400); // busy: ten frames wait
    for (let i = 0; i < 10; i += 1) node!.hears(40);
    hears(5);
    const steady = door.newest.frames.map(({ ptsUs }) => ptsUs / 1000);
    expect(steady).toEqual(Array.from({ length: 20 }, (_, i) => 1_000 + i * 40));
    jest.advanceTimersByTime(8_000); // asleep
    hears(20);
    expect(door.newest.messages.at(-1)).toMatchObject({
      ...{ type: 'media.gap', streamId: 1, reason: 'device', nextSeq: 20 },
      ...{ fromPtsMs: 1_800, toPtsMs: 9_800 },
    });
    expect(door.newest.frames.at(-1)).toMatchObject({ seq: 39, ptsUs: (9_800 + 19 * 40) * 1000 });
    session.abort();
    expect(await capture.ended).toBe('session_over');
  });

  it('a clock that jumps: the time of day moves nothing; a machine that slept goes on at the time of the service', async () => {
    const session = await opened();
    await attached(session.attachMicrophone(new ScriptedSource()));
    const [node] = browser.nodes;
    const hears = (count: number): void => {
      for (let i = 0; i < count; i += 1) {
        jest.advanceTimersByTime(40);
        node!.hears(40);
      }
    };
    hears(2);
    jest.setSystemTime(Date.now() + 3_600_000);
    hears(1);
    expect(door.newest.messages.at(-1)).toEqual({ type: 'ping' });
    door.newest.say({ type: 'pong', mediaMs: session.mediaMs + 20 });
    hears(2);
    expect(door.newest.frames.map(({ ptsUs }) => ptsUs / 1000)).toEqual([0, 40, 80, 120, 160]);
    // Asleep: the monotonic clock stood still, the time of day went on.
    jest.setSystemTime(Date.now() + 30_000);
    hears(1);
    door.newest.say({ type: 'pong', mediaMs: session.mediaMs + 30_000 });
    hears(20);
    expect(door.newest.messages.at(-1)).toMatchObject({
      type: 'media.gap',
      reason: 'device',
      fromPtsMs: 240,
      toPtsMs: 30_240,
    });
    session.abort();
  });

  it('a microphone that is taken away ends its stream, and another can take its place', async () => {
    const session = await opened();
    const source = new ScriptedSource();
    const capture = await attached(session.attachMicrophone(source));
    source.audio[0]!.emit('mute');
    source.audio[0]!.emit('unmute');
    source.audio[0]!.takeAway();
    expect(await capture.ended).toBe('device_lost');
    expect(changes.map(({ device, state, reason }) => [device, state, reason])).toEqual([
      ['microphone', 'muted', undefined],
      ['microphone', 'live', undefined],
      ['microphone', 'ended', 'device_lost'],
    ]);
    expect(door.newest.frames.at(-1)).toMatchObject({ streamId: 1, flags: 2 });
    expect([browser.contexts[0]!.state, source.audio[0]!.listenerCount]).toEqual(['closed', 0]);
    const next = await attached(session.attachMicrophone(new ScriptedSource()));
    expect(next.streamId).toBe(2);
    next.stop();
    expect(await next.ended).toBe('stopped');
    session.abort();
  });

  it('the end of the session stops its devices first: nothing is sent behind it', async () => {
    const session = await opened();
    const source = new ScriptedSource();
    const capture = await attached(session.attachMicrophone(source));
    jest.advanceTimersByTime(40);
    browser.nodes[0]!.hears(40);
    await session.end();
    expect(await capture.ended).toBe('stopped');
    browser.nodes[0]!.hears(40);
    expect(door.newest.order).toEqual(['session.start', 'stream.open', 0, 1, 'session.end']);
    expect(source.audio[0]!.readyState).toBe('live'); // its owner's
    session.abort();
  });

  it('tells when a browser wants a click before it records', async () => {
    const session = await opened();
    browser.contextState = 'suspended';
    await attached(session.attachMicrophone(new ScriptedSource()));
    browser.contexts[0]!.become('running');
    expect(changes.map(({ state }) => state)).toEqual(['suspended', 'live']);
    session.abort();
  });

  it('takes stills at a steady rate, smaller, and none while media waits or the camera is muted', async () => {
    const session = await opened();
    const source = new ScriptedSource();
    const capturing = session.attachCamera(source);
    await turns();
    door.newest.say({ type: 'credit', streamId: 1, limitBytes: 12 });
    const capture = await capturing;
    const second = async (): Promise<number> => {
      const before = door.newest.frames.length;
      for (let i = 0; i < 100; i += 1) {
        await turns();
        jest.advanceTimersByTime(10);
      }
      return door.newest.frames.length - before;
    };
    expect(await second()).toBe(2);
    expect([...door.newest.frames[0]!.payload]).toEqual([0xff, 0xd8, 640 & 0xff, 360 & 0xff]);
    expect(await second()).toBe(1); // there was credit for three; the fourth waits, and no other beside it
    expect(session.queuedBytes(1)).toBe(4);
    door.newest.say({ type: 'credit', streamId: 1, limitBytes: 1_000 });
    source.video[0]!.muted = true;
    expect(await second()).toBe(0);
    source.video[0]!.takeAway();
    expect(await capture.ended).toBe('device_lost');
    expect(browser.videos[0]!.srcObject).toBeNull();
    const before = door.newest.frames.length;
    await second();
    expect(door.newest.frames).toHaveLength(before);
    session.abort();
    expect(jest.getTimerCount()).toBe(0);
  });
});
