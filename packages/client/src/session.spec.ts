import { type ClientMessage, FrameFlag } from '@rapport-live/protocol';
import { ScriptedDoor } from '../test/scripted-door';
import type { ConnectOptions } from './options';
import { RapportSession } from './session';
import type { SessionEvent } from './session-events';

const STREAMS = [{ streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' }] as const;

/** The session against a scripted service; timers are jest's. */
describe('RapportSession', () => {
  let door: ScriptedDoor;
  let notices: [string, object][];

  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(1);
    door = new ScriptedDoor();
    notices = [];
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const turns = async (): Promise<void> => {
    for (let i = 0; i < 10; i += 1) await Promise.resolve();
  };

  async function opened(options: Partial<ConnectOptions> = {}, limit = 1000, more: object = {}) {
    const session = new RapportSession(
      { url: 'ws://service/v1/stream', apiKey: 'key', streams: [...STREAMS], ...options },
      door.open,
    );
    await turns();
    door.newest.ready({ 1: limit }, more);
    await session.ready;
    for (const kind of ['reconnecting', 'resumed', 'gap'] as const) {
      session.on(kind, (event) => notices.push([kind, event]));
    }
    const heard: SessionEvent[] = [];
    const over = (async () => {
      for await (const message of session) heard.push(message);
    })().then(
      () => undefined,
      (error: unknown) => error,
    );
    return { session, heard, over };
  }

  async function reconnected(delayMs = 250): Promise<void> {
    const before = door.connections.length;
    jest.advanceTimersByTime(delayMs);
    await turns();
    expect(door.connections).toHaveLength(before + 1);
  }

  const media = (session: RapportSession, count: number, from = 0) =>
    Promise.all(
      Array.from({ length: count }, (_, i) => session.send(1, new Uint8Array(10).fill(from + i), (from + i) * 20)),
    );

  it('goes on after a lost connection: token, what it has, media, chat without a final, in order', async () => {
    const { session, heard } = await opened();
    await media(session, 3);
    void session.chat({ party: 'customer', text: 'first', messageId: 'm-1' });
    void session.chat({ party: 'customer', text: 'second', messageId: 'm-2', ptsMs: 30 });
    door.newest.result(1);
    door.newest.result(2, { type: 'rapport.transcript.final', data: { utteranceId: 'm-1' } });
    door.newest.say({ type: 'media.acked', streamId: 1, seq: 1 });
    door.newest.close();
    void session.send(1, new Uint8Array(10).fill(3), 60); // made while nobody is there
    expect([session.isConnected, session.queuedBytes(1)]).toEqual([false, 10]);
    expect(notices).toEqual([
      ['reconnecting', { attempt: 1, delayMs: 250, cause: expect.objectContaining({ code: 'connection_lost' }) }],
    ]);
    await reconnected();
    const position = { streamId: 1, oldestSeq: 1, oldestByteOffset: 10, nextSeq: 3, nextByteOffset: 30 };
    expect(door.newest.messages).toEqual([
      expect.objectContaining({
        type: 'session.resume',
        resumeToken: 'token-0',
        ackedResultSeq: 2,
        streams: [position],
      }),
    ]);
    door.newest.resumed([{ nextSeq: 2, nextByteOffset: 20, limitBytes: 1000 }], {
      epoch: 1,
      tookOver: true,
      resultSeq: 4,
    });
    expect(notices[1]).toEqual(['resumed', { epoch: 1, tookOver: true, resultSeq: 4, attempts: 1 }]);
    expect(door.newest.order).toEqual(['session.resume', 2, 3, 'chat.message']);
    expect(door.newest.frames.map(({ flags, payload }) => [flags, payload[0]])).toEqual([
      [FrameFlag.retransmit, 2],
      [0, 3],
    ]);
    expect(door.newest.messages.at(-1)).toMatchObject({ text: 'second', messageId: 'm-2', ptsMs: 30 });
    // The replay repeats one; nobody is shown it twice.
    for (const seq of [2, 3, 4]) door.newest.result(seq);
    await turns();
    expect(heard.map((message) => message.type === 'result' && message.seq)).toEqual([1, 2, 3, 4]);
  });

  it('uses the newest token at each resume', async () => {
    await opened();
    for (const [i, token] of ['token-0', 'token-1', 'token-2'].entries()) {
      door.newest.close();
      await reconnected();
      expect(door.newest.messages[0]).toMatchObject({ type: 'session.resume', resumeToken: token });
      door.newest.resumed([{ nextSeq: 0, limitBytes: 1000 }], { resumeToken: `token-${i + 1}` });
    }
  });

  it('tries again with longer waits until the resume window is over, then says so', async () => {
    const { over } = await opened({ reconnectBaseMs: 1000, reconnectMaxMs: 4000 }, 1000, { resumeWindowMs: 20_000 });
    door.refusal = { status: 1006, reason: '', error: new Error('ECONNREFUSED') };
    door.newest.close();
    for (let i = 0; i < 40; i += 1) {
      jest.advanceTimersByTime(500);
      await turns();
    }
    const delays = notices.map(([, event]) => (event as { delayMs: number }).delayMs);
    expect(delays).toEqual([1000, 2000, 4000, 4000, 4000, 4000]);
    expect(await over).toMatchObject({ code: 'connection_lost', message: expect.stringContaining('20000 ms') });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('counts its tries anew after a resume', async () => {
    await opened();
    for (let i = 0; i < 3; i += 1) {
      door.newest.close();
      await reconnected(250);
      door.newest.resumed([{ nextSeq: 0, limitBytes: 1000 }]);
    }
  });

  it.each(['session_unknown', 'resume_expired'])('is over when the service answers %s', async (code) => {
    const { over } = await opened();
    door.newest.close();
    await reconnected();
    door.newest.say({ type: 'error', code, message: 'gone', advice: 'a', fatal: true });
    door.newest.close(4404, code);
    expect(await over).toMatchObject({ code, message: 'gone' });
  });

  it('does not try where the service has ended the session, nor after it was taken over', async () => {
    const { over, session } = await opened();
    door.newest.close(4409, 'session_taken_over');
    expect(await over).toMatchObject({ code: 'session_taken_over' });
    await expect(session.send(1, new Uint8Array(1), 0)).rejects.toMatchObject({ code: 'session_taken_over' });
    await expect(session.chat({ party: 'customer', text: 'late' })).rejects.toMatchObject({
      code: 'session_taken_over',
    });
    expect([door.connections.length, jest.getTimerCount()]).toEqual([1, 0]);
  });

  it.each([
    ['the service gives no token', {}, { resumeToken: undefined }],
    ['the caller wants none', { resume: false }, {}],
  ])('does not resume when %s', async (_why, options, ready) => {
    const { session, over } = await opened(options, 1000, ready);
    await media(session, 2);
    door.newest.result(1);
    await turns();
    jest.advanceTimersByTime(5000);
    door.newest.close();
    expect(await over).toMatchObject({ message: 'The service closed the connection with status 1006.' });
    expect(door.connections).toHaveLength(1);
    expect(door.newest.messages.map(({ type }) => type)).toEqual(['session.start']); // no result.ack either
  });

  it('acknowledges what the reader is done with, many at once', async () => {
    await opened({ ackEveryResults: 3 });
    for (let seq = 1; seq <= 4; seq += 1) door.newest.result(seq);
    await turns();
    const acks = () =>
      door.newest.messages.flatMap((message: ClientMessage) => (message.type === 'result.ack' ? [message.seq] : []));
    expect(acks()).toEqual([3]);
    jest.advanceTimersByTime(1000);
    expect(acks()).toEqual([3, 4]);
  });

  it('does not acknowledge what nobody has read', async () => {
    const session = new RapportSession({ url: 'ws://service/', apiKey: 'key', ackEveryResults: 1 }, door.open);
    await turns();
    door.newest.ready();
    await session.ready;
    const reader = session[Symbol.asyncIterator]();
    for (let seq = 1; seq <= 3; seq += 1) door.newest.result(seq);
    await reader.next();
    jest.advanceTimersByTime(5000);
    expect(door.newest.order).toEqual(['session.start']);
    await reader.next();
    expect(door.newest.messages.at(-1)).toMatchObject({ type: 'result.ack', seq: 1 });
    session.abort();
  });

  it('pauses the socket for a reader that lags, also over the next connection', async () => {
    const session = new RapportSession({ url: 'ws://service/', apiKey: 'key', maxUnreadMessages: 2 }, door.open);
    await turns();
    door.newest.ready();
    await session.ready;
    door.newest.result(1);
    door.newest.result(2);
    expect(door.newest.isPaused).toBe(true);
    door.newest.close();
    await reconnected();
    door.newest.resumed();
    expect(door.newest.isPaused).toBe(true);
    await session[Symbol.asyncIterator]().next();
    expect(door.newest.isPaused).toBe(false);
    session.abort();
  });

  it('takes a silent connection for lost', async () => {
    await opened({ maxSilenceMs: 1000 });
    jest.advanceTimersByTime(900);
    door.newest.heard();
    jest.advanceTimersByTime(900);
    expect(door.newest.isTerminated).toBe(false);
    jest.advanceTimersByTime(200);
    await turns();
    expect(door.newest.isTerminated).toBe(true);
    expect(notices[0]![0]).toBe('reconnecting');
  });

  it('asks for the end once all is sent, and again after a resume', async () => {
    const { session, over } = await opened({}, 10);
    const sent = media(session, 2);
    let isAsked = false;
    const ended = session.end('completed').then(() => (isAsked = true));
    await turns();
    expect([isAsked, door.newest.order]).toEqual([false, ['session.start', 0]]);
    door.newest.say({ type: 'credit', streamId: 1, limitBytes: 20 });
    await sent;
    await ended;
    expect(door.newest.order).toEqual(['session.start', 0, 1, 'session.end']);
    door.newest.close();
    await reconnected();
    door.newest.resumed([{ nextSeq: 1, nextByteOffset: 10, limitBytes: 20 }]);
    expect(door.newest.order).toEqual(['session.resume', 1, 'session.end']);
    door.newest.close(1000, 'session ended');
    expect(await over).toBeUndefined();
  });

  /** Cause: it was asked for again with the resume alone, and not when media had to wait for credit first. */
  it('bug: the end was not asked for again when what the service lacked waited for credit', async () => {
    const { session } = await opened({}, 20);
    await media(session, 2);
    await session.end();
    door.newest.close();
    await reconnected();
    door.newest.resumed([{ nextSeq: 0, nextByteOffset: 0, limitBytes: 10 }]);
    expect(door.newest.order).toEqual(['session.resume', 0]);
    door.newest.say({ type: 'credit', streamId: 1, limitBytes: 20 });
    await turns();
    expect(door.newest.order).toEqual(['session.resume', 0, 1, 'session.end']);
  });

  it('follows the session to another gateway', async () => {
    await opened();
    door.newest.close();
    await reconnected();
    const address = 'ws://other/v1/stream';
    door.newest.say({ type: 'error', code: 'session_elsewhere', message: 'm', advice: 'a', fatal: true, address });
    door.newest.close(4421, 'session_elsewhere');
    await reconnected(500);
    expect(door.newest.address).toMatchObject({ url: address, apiKey: 'key' });
    expect(door.newest.messages[0]).toMatchObject({ type: 'session.resume', resumeToken: 'token-0' });
  });

  it('gives up when the signal says so: while it connects, and later', async () => {
    const early = new AbortController();
    const connecting = new RapportSession({ url: 'ws://service/', apiKey: 'key', signal: early.signal }, door.open);
    await turns();
    early.abort(new Error('never mind'));
    await expect(connecting.ready).rejects.toThrow('never mind');
    expect(door.newest.isTerminated).toBe(true);

    const late = new AbortController();
    const { session, over } = await opened({ signal: late.signal });
    door.newest.close(); // also between two connections
    late.abort(new Error('enough'));
    expect(await over).toMatchObject({ message: 'enough' });
    await expect(session.send(1, new Uint8Array(1), 0)).rejects.toThrow('enough');
    expect(jest.getTimerCount()).toBe(0);
  });

  it.each([
    ['a refusal', 'invalid_message', false],
    ['a fatal refusal', 'too_many_sessions', true],
  ])('rejects with the code of %s at the start, and keeps no connection', async (_what, code, isFatal) => {
    const session = new RapportSession({ url: 'ws://service/', apiKey: 'key' }, door.open);
    await turns();
    door.newest.say({ type: 'error', code, message: 'no', advice: 'a', fatal: isFatal, retryAfterMs: 1000 });
    if (isFatal) door.newest.close(1013, code);
    await expect(session.ready).rejects.toMatchObject({ code, message: 'no', retryAfterMs: 1000 });
    expect(door.newest.isTerminated).toBe(!isFatal);
    expect([door.connections.length, jest.getTimerCount()]).toEqual([1, 0]);
  });

  it('says when no answer comes', async () => {
    const session = new RapportSession({ url: 'ws://service/', apiKey: 'key', timeoutMs: 500 }, door.open);
    const refused = expect(session.ready).rejects.toMatchObject({ code: 'session_timeout' });
    await turns();
    jest.advanceTimersByTime(500);
    await refused;
  });
});
