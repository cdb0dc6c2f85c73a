import { ScriptedDoor } from '../test/scripted-door';
import type { ConnectOptions } from './options';
import { RapportSession } from './session';

const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' } as const;
const AGENT = { ...VOICE, streamId: 2, party: 'agent' } as const;

/** What a session says beside media and chat, against a scripted service; timers are jest's. */
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
    const session = new RapportSession({ url: 'ws://home/', apiKey: 'key', streams: [VOICE], ...options }, door.open);
    await turns();
    door.newest.ready({ 1: 1000 });
    await session.ready;
    return session;
  }
  async function reconnected(): Promise<void> {
    jest.advanceTimersByTime(5000);
    await turns();
  }
  const updated = (seq: number, kind: string, detail: object): void =>
    door.newest.result(seq, { data: { kind, mediaMs: seq, detail } });

  it('says pause, consent and participants, and again after a resume what was not answered, before any media', async () => {
    const session = await opened();
    session.pause(100, 'payment');
    session.participant({ action: 'hold', party: 'customer', ptsMs: 120 });
    updated(1, 'participant', { action: 'hold', party: 'customer' });
    door.newest.close();
    session.unpause(900); // said while nobody is there
    session.updateConsent({ analysis: true, agentEmotionLegalBasis: 'medical' }, 950);
    void session.send(1, new Uint8Array(10), 1000);
    await reconnected();
    door.newest.resumed([{ nextSeq: 0, limitBytes: 1000 }]);
    expect(door.newest.order).toEqual(['session.resume', 'session.pause', 'session.unpause', 'consent.update', 0]);
    expect(door.newest.messages.slice(1)).toEqual([
      { type: 'session.pause', ptsMs: 100, reason: 'payment', ref: 'control-0' },
      { type: 'session.unpause', ptsMs: 900, ref: 'control-2' },
      {
        ...{ type: 'consent.update', ptsMs: 950, ref: 'control-3' },
        consent: { analysis: true, agentEmotionLegalBasis: 'medical' },
      },
    ]);
    session.abort();
    expect(() => session.pause(1000, 'hold')).toThrow(expect.objectContaining({ code: 'session_over' }));
  });

  describe('bug: what was on its way when the service ended the session was told as an error of the caller', () => {
    const refusal = {
      type: 'error',
      code: 'stream_ended',
      message: 'The session has ended.',
      advice: 'a',
      fatal: false,
    };
    const begun = async () => {
      const session = await opened();
      const errors: (number | undefined)[] = [];
      session.on('error', ({ seq }) => errors.push(seq));
      void session.send(1, new Uint8Array(10), 0);
      return { session, errors };
    };

    it('says nothing of it where the end comes', async () => {
      const { errors } = await begun();
      door.newest.say({ ...refusal, streamId: 1, seq: 0 });
      door.newest.result(1, { type: 'rapport.session.ended', data: { reason: 'shutdown' } });
      door.newest.say({ ...refusal, ref: 'control-0' });
      door.newest.close(1000);
      expect(errors).toEqual([]);
    });

    it('tells the first of them where it does not', async () => {
      const { session, errors } = await begun();
      door.newest.say({ ...refusal, streamId: 1, seq: 0 });
      door.newest.say({ ...refusal, streamId: 1, seq: 1 });
      expect(errors).toEqual([]);
      session.abort();
      expect(errors).toEqual([0]);
    });

    it('tells at once what the caller sent behind the end of a stream', async () => {
      const { session, errors } = await begun();
      void session.endStream(1, 20);
      void session.send(1, new Uint8Array(10), 40);
      door.newest.say({ ...refusal, message: 'Stream 1 has ended.', streamId: 1, seq: 2 });
      expect(errors).toEqual([2]);
    });
  });

  it('does not say again what was refused, and tells who reads', async () => {
    const session = await opened();
    session.unpause(5);
    door.newest.say({
      type: 'error',
      code: 'invalid_message',
      message: 'm',
      advice: 'a',
      fatal: false,
      ref: 'control-0',
    });
    expect((await session[Symbol.asyncIterator]().next()).value).toMatchObject({ code: 'invalid_message' });
    door.newest.close();
    await reconnected();
    door.newest.resumed([{ nextSeq: 0, limitBytes: 1000 }]);
    expect(door.newest.order).toEqual(['session.resume']);
    session.abort();
  });

  it('opens a stream that joins, and sends on it once the service has taken it', async () => {
    const session = await opened();
    await expect(session.send(2, new Uint8Array(10), 0)).rejects.toMatchObject({ code: 'unknown_stream' });
    const joined = session.openStream(AGENT);
    expect(door.newest.messages.at(-1)).toEqual({ type: 'stream.open', ref: 'stream-2', stream: AGENT });
    door.newest.say({ type: 'credit', streamId: 2, limitBytes: 10 });
    await joined;
    await session.send(2, new Uint8Array(10), 0);
    expect(door.newest.frames.map(({ streamId, seq }) => [streamId, seq])).toEqual([[2, 0]]);
    await expect(session.openStream(AGENT)).rejects.toMatchObject({ code: 'invalid_message' });
    session.abort();
    await expect(session.openStream({ ...AGENT, streamId: 3 })).rejects.toMatchObject({ code: 'session_over' });
  });

  it('opens it again where the connection, or the process, that was asked is gone', async () => {
    const session = await opened();
    const joined = session.openStream(AGENT);
    door.newest.close();
    await reconnected();
    door.newest.resumed([{ nextSeq: 0, limitBytes: 1000 }]); // it was not heard of
    expect(door.newest.order).toEqual(['session.resume', 'stream.open']);
    door.newest.say({ type: 'credit', streamId: 2, limitBytes: 100 });
    await joined;
    await session.send(2, new Uint8Array(10), 0);
    // The process ended before it had kept the stream: nothing of it was acknowledged, so all of it goes again.
    door.newest.close();
    void session.end();
    await reconnected();
    door.newest.resumed([{ nextSeq: 0, limitBytes: 1000 }], { epoch: 1 });
    expect(door.newest.order).toEqual(['session.resume', 'stream.open']);
    door.newest.say({ type: 'credit', streamId: 2, limitBytes: 100 });
    expect(door.newest.order).toEqual(['session.resume', 'stream.open', 0, 'session.end']);
    // Known this time.
    door.newest.close();
    await reconnected();
    const known = [
      { nextSeq: 0, limitBytes: 1000 },
      { streamId: 2, nextSeq: 1, nextByteOffset: 10, limitBytes: 100 },
    ];
    door.newest.resumed(known, { epoch: 1 });
    expect(door.newest.order).toEqual(['session.resume', 'session.end']);
    session.abort();
  });

  it('rejects a stream that the service refuses, and ends all the same', async () => {
    const session = await opened();
    const joined = session.openStream({ ...VOICE, streamId: 9, kind: 'video', codec: 'webm-video' });
    void session.end();
    expect(door.newest.order).toEqual(['session.start', 'stream.open']);
    const refusal = { type: 'error', code: 'video_unavailable', message: 'none', advice: 'a', fatal: false };
    door.newest.say({ ...refusal, ref: 'stream-9' });
    await expect(joined).rejects.toMatchObject({ code: 'video_unavailable' });
    expect(door.newest.order).toEqual(['session.start', 'stream.open', 'session.end']);
    session.abort();
  });

  it('asks for a token before each connection, and tries again where none is given', async () => {
    const tokens = ['one', new Error('the backend is away'), 'two'];
    const token = async (): Promise<string> => {
      const next = tokens.shift()!;
      if (next instanceof Error) throw next;
      return next;
    };
    const session = await opened({ apiKey: undefined, token });
    expect(door.newest.address).toMatchObject({ token: 'one' });
    door.newest.close();
    await reconnected();
    expect(door.connections).toHaveLength(1);
    await reconnected();
    expect(door.newest.address).toMatchObject({ url: 'ws://home/', token: 'two' });
    session.abort();
    const refused = new RapportSession(
      {
        url: 'ws://home/',
        token: () => {
          throw new Error('no backend at all');
        },
      },
      door.open,
    );
    await expect(refused.ready).rejects.toThrow('no backend at all');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('goes back to where it began when the gateway that it was sent to cannot be reached', async () => {
    const session = await opened();
    door.newest.close();
    await reconnected();
    const elsewhere = { type: 'error', code: 'session_elsewhere', message: 'm', advice: 'a', fatal: true };
    door.newest.say({ ...elsewhere, address: 'ws://gone/' });
    door.newest.close(4421, 'session_elsewhere');
    await reconnected();
    expect(door.newest.address.url).toBe('ws://gone/');
    door.newest.close();
    await reconnected();
    expect(door.newest.address.url).toBe('ws://home/');
    session.abort();
  });
});
