import { openTransport } from './web-transport';

class ScriptedSocket {
  static readonly all: ScriptedSocket[] = [];
  binaryType = 'blob';
  readyState = 0;
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly sent: unknown[] = [];
  isClosed = false;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    ScriptedSocket.all.push(this);
  }

  send(data: unknown): void {
    if (this.readyState === 0) throw new Error('InvalidStateError: still connecting');
    this.sent.push(data);
  }

  close(): void {
    this.isClosed = true;
  }
}

describe('the connection of a browser', () => {
  const before = globalThis.WebSocket;
  beforeEach(() => {
    ScriptedSocket.all.length = 0;
    Object.assign(globalThis, { WebSocket: ScriptedSocket });
  });
  afterAll(() => void Object.assign(globalThis, { WebSocket: before }));

  function opened(credential: { apiKey?: string; token?: string } = {}) {
    const events: unknown[] = [];
    const transport = openTransport({ url: 'ws://service/', ...credential }, 1000, {
      onOpen: () => events.push('open'),
      onText: (text) => events.push(text),
      onHeard: () => events.push('heard'),
      onClose: (close) => events.push(close),
    });
    return { transport, events, socket: ScriptedSocket.all[0]! };
  }

  it('shows a token as a subprotocol, and refuses to put an API key into a page', () => {
    expect(opened({ token: 'abc' }).socket.protocols).toEqual(['rapport.v1', 'rapport.token.abc']);
    expect(() => opened({ apiKey: 'secret' })).toThrow(expect.objectContaining({ code: 'unauthorized' }));
    expect(() => opened({ apiKey: 'secret' })).toThrow(/give `token`/);
  });

  it('passes on what comes, and sends nothing before it is open or after', () => {
    const { transport, events, socket } = opened();
    transport.send('too early');
    socket.readyState = 1;
    socket.onopen!();
    transport.send('text');
    socket.bufferedAmount = 7;
    socket.onmessage!({ data: '{}' });
    socket.onmessage!({ data: new ArrayBuffer(4) });
    socket.readyState = 3;
    socket.onclose!({ code: 4408, reason: 'session_timeout' });
    transport.send('too late');
    expect(socket.sent).toEqual(['text']);
    expect(events).toEqual(['open', '{}', { status: 4408, reason: 'session_timeout' }]);
    expect([transport.bufferedBytes, transport.hearsPings, transport.canPause]).toEqual([7, false, false]);
  });

  it('is over at once when it is dropped: no closing handshake of a dead connection is waited for', async () => {
    const { transport, events, socket } = opened();
    transport.terminate();
    expect(socket.isClosed).toBe(true);
    expect(socket.onclose).toBeNull();
    await Promise.resolve();
    expect(events).toEqual([{ status: 1006, reason: '' }]);
  });
});
