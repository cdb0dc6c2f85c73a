import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { encodeFrame } from '@rapport-live/protocol';
import fc from 'fast-check';
import { WebSocket, WebSocketServer } from 'ws';
import { FaultProxy } from './fault-proxy';
import { WebSocketBoundaries } from './websocket-boundaries';

/** A WebSocket frame of RFC 6455, section 5.2. */
function wsFrame(payload: Uint8Array, { opcode = 2, fin = true, masked = true } = {}): Buffer {
  const { length } = payload;
  const long = length > 0xffff ? 8 : length > 125 ? 2 : 0;
  const head = Buffer.alloc(2 + long + (masked ? 4 : 0));
  head[0] = (fin ? 0x80 : 0) | opcode;
  head[1] = (masked ? 0x80 : 0) | (long === 8 ? 127 : long === 2 ? 126 : length);
  if (long === 2) head.writeUInt16BE(length, 2);
  if (long === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

describe('WebSocketBoundaries', () => {
  it('finds the ends of messages wherever the bytes are cut into pieces', () => {
    const message = fc.record({
      length: fc.constantFrom(0, 1, 125, 126, 700, 0xffff, 0x1_0000),
      masked: fc.boolean(),
      parts: fc.integer({ min: 1, max: 3 }),
      pingBefore: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.integer({ min: 1, max: 5000 }), (messages, step) => {
        const pieces: Buffer[] = [Buffer.from('GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n')];
        const ends = [pieces[0]!.length];
        for (const { length, masked, parts, pingBefore } of messages) {
          for (let part = 0; part < parts; part += 1) {
            if (pingBefore) pieces.push(wsFrame(new Uint8Array(3), { opcode: 9, masked }));
            pieces.push(
              wsFrame(new Uint8Array(length), { opcode: part === 0 ? 2 : 0, fin: part === parts - 1, masked }),
            );
          }
          ends.push(pieces.reduce((sum, piece) => sum + piece.length, 0));
        }
        const all = Buffer.concat(pieces);
        const boundaries = new WebSocketBoundaries();
        const found: number[] = [];
        for (let at = 0; at < all.length; at += step) {
          found.push(...boundaries.take(all.subarray(at, at + step)).map((end) => at + end));
        }
        expect(found).toEqual(ends);
      }),
    );
  });
});

describe('FaultProxy', () => {
  let server: WebSocketServer;
  let proxy: FaultProxy;
  let url: string;
  /** What the service got, over all connections. */
  let got: Buffer[];
  let served: WebSocket[];

  beforeEach(async () => {
    [got, served] = [[], []];
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    server.on('connection', (socket: WebSocket) => {
      served.push(socket);
      socket.on('error', () => {});
      socket.on('message', (data) => {
        got.push(data as Buffer);
        socket.send(data as Buffer);
      });
    });
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    proxy = await FaultProxy.to(url);
  });

  afterEach(async () => {
    await proxy.close();
    for (const socket of served) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  });

  async function open(): Promise<{ socket: WebSocket; echoed: Buffer[]; closed: Promise<number> }> {
    const socket = new WebSocket(proxy.through(url));
    const echoed: Buffer[] = [];
    socket.on('error', () => {});
    socket.on('message', (data) => echoed.push(data as Buffer));
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    await Promise.race([new Promise((resolve) => socket.on('open', resolve)), closed]);
    return { socket, echoed, closed };
  }
  const frame = (seq: number) =>
    encodeFrame({ flags: 0, streamId: 1, seq, ptsUs: 0, byteOffset: 0 }, new Uint8Array(200));

  it('passes everything on, counts it, and passes the close on', async () => {
    const { socket, echoed, closed } = await open();
    for (let seq = 0; seq < 20; seq += 1) socket.send(frame(seq));
    while (echoed.length < 20) await once(socket, 'message');
    expect(Buffer.concat(echoed)).toEqual(Buffer.concat(Array.from({ length: 20 }, (_, seq) => frame(seq))));
    expect(proxy.newest.passed).toMatchObject({ up: { messages: 20 }, down: { messages: 20 } });
    socket.close(4000);
    expect(await closed).toBe(4000);
    await proxy.newest.closed;
  });

  it.each([0, 1, 7])('cuts behind message %i on the way up: no byte of the next one arrives', async (messages) => {
    proxy.onLink = (link) => link.cutAt({ direction: 'up', messages });
    const { socket, closed } = await open();
    for (let seq = 0; seq < 20; seq += 1) if (socket.readyState === WebSocket.OPEN) socket.send(frame(seq));
    expect(await closed).toBe(1006);
    await proxy.newest.closed;
    expect(got).toHaveLength(messages);
  });

  it.each([0, 1, 7])('cuts behind message %i on the way down', async (messages) => {
    proxy.onLink = (link) => link.cutAt({ direction: 'down', messages });
    const { socket, echoed, closed } = await open();
    for (let seq = 0; seq < 20; seq += 1) if (socket.readyState === WebSocket.OPEN) socket.send(frame(seq));
    expect(await closed).toBe(1006);
    expect(echoed).toHaveLength(messages);
  });

  it('cuts in the middle of a message: the piece is never taken for one', async () => {
    const { socket, closed } = await open();
    proxy.newest.cutAt({ direction: 'up', bytes: proxy.newest.passed.up.bytes + 300 });
    socket.send(frame(0));
    socket.send(frame(1));
    expect(await closed).toBe(1006);
    await proxy.newest.closed;
    expect(got).toHaveLength(1);
    expect(proxy.newest.passed.up.messages).toBe(1);
  });

  it('half open: nothing passes and nobody is told, until it heals', async () => {
    const { socket, echoed } = await open();
    proxy.newest.halfOpen();
    socket.send(frame(0));
    const beside = await open(); // the proxy itself still works
    beside.socket.send(frame(9));
    await once(beside.socket, 'message');
    expect([got.length, echoed.length, socket.readyState]).toEqual([1, 0, WebSocket.OPEN]);
    proxy.links[0]!.heal();
    await once(socket, 'message');
    expect(got).toHaveLength(2);
  });

  it('half open: the service does not learn that the client has gone', async () => {
    const { socket, closed } = await open();
    proxy.newest.halfOpen();
    socket.terminate();
    await closed;
    await open(); // a round through all the sockets' event loop
    expect(served[0]!.readyState).toBe(WebSocket.OPEN);
  });

  it('delays, in order', async () => {
    proxy.onLink = (link) => link.delay(40);
    const { socket, echoed } = await open();
    const sentAtMs = performance.now();
    for (let seq = 0; seq < 5; seq += 1) socket.send(frame(seq));
    while (echoed.length < 5) await once(socket, 'message');
    expect(performance.now() - sentAtMs).toBeGreaterThanOrEqual(79);
    expect(echoed.map((data) => data.readUInt32BE(4))).toEqual([0, 1, 2, 3, 4]);
  });

  it('an outage breaks what is open and refuses what comes, until it is over', async () => {
    const { closed } = await open();
    proxy.down();
    expect(await closed).toBe(1006);
    expect(await (await open()).closed).toBe(1006);
    expect(proxy.refused).toBe(1);
    proxy.up();
    const { socket } = await open();
    socket.send(frame(0));
    await once(socket, 'message');
  });
});
