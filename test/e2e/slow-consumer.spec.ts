import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { encodeFrame, SUBPROTOCOL } from '@rapport-live/protocol';
import { eventually } from '../support/eventually';
import { readLog } from '../support/local-log';
import { RawClient } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';

const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };

/** A WebSocket by hand, since a client library would answer pings and closes. It stops reading when told to. */
class DeafClient {
  /** The service has cut the connection: what is still written into it fails. */
  isCutOff = false;

  private constructor(private readonly socket: Socket) {
    socket.on('error', () => (this.isCutOff = true));
  }

  static async open({ url, key }: RunningService): Promise<DeafClient> {
    const { hostname, port, pathname, host } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    const client = new DeafClient(socket);
    const nonce = randomBytes(16).toString('base64');
    const headers = [
      `GET ${pathname} HTTP/1.1`,
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${nonce}`,
      `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
      `Authorization: Bearer ${key}`,
    ];
    socket.write(`${headers.join('\r\n')}\r\n\r\n`);
    const accept = createHash('sha1').update(`${nonce}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    await client.heard(accept);
    return client;
  }

  /** Waits until the text has come. */
  async heard(text: string): Promise<string> {
    let all = '';
    for (;;) {
      const part = this.socket.read() as Buffer | null;
      if (part !== null) all += part.toString('latin1');
      if (all.includes(text)) return all;
      await new Promise((resolve) => this.socket.once('readable', resolve));
    }
  }

  stopReading(): void {
    this.socket.removeAllListeners('readable');
    this.socket.pause();
  }

  json(message: object): void {
    this.send(1, Buffer.from(JSON.stringify(message)));
  }

  frame(seq: number, payload: Uint8Array): void {
    const byteOffset = seq * payload.length;
    this.send(2, encodeFrame({ flags: 0, streamId: 1, seq, ptsUs: 0, byteOffset }, payload));
  }

  /** RFC 6455 section 5.2, with a mask of zeros. */
  private send(opcode: number, payload: Uint8Array): void {
    const head = Buffer.alloc(8);
    head[0] = 0x80 | opcode;
    head[1] = 0x80 | 126;
    head.writeUInt16BE(payload.length, 2);
    this.socket.write(Buffer.concat([head, payload]));
  }

  abort(): void {
    this.socket.destroy();
  }
}

describe('a client that never reads', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await startService({ resumeWindowMs: 0 }, undefined, {
      maxBufferedBytes: 64 * 1024,
      closeTimeoutMs: 100,
    });
  });
  afterAll(() => service.close());

  // Bug: it was refused with 1013, but its session lived on until ws cut the socket off after 30 s.
  it('loses its session at once and its socket after the grace; others go on', async () => {
    const bystander = await RawClient.open(service.url, service.key);
    await bystander.start({ streams: [VOICE] });
    const deaf = await DeafClient.open(service);
    deaf.json({ type: 'session.start', streams: [VOICE] });
    const [, sessionId] = /"sessionId":"([^"]+)"/.exec(await deaf.heard('"limits"'))!;
    deaf.stopReading();

    const metric = async (line: RegExp): Promise<boolean> =>
      line.test(await (await fetch(`${service.http}/metrics`)).text());
    // A byte is no 16-bit PCM: each is answered with an error of 300 bytes, which nobody reads.
    let sent = 0;
    await eventually(async () => {
      for (let i = 0; i < 5000; i += 1) deaf.frame(sent++, new Uint8Array(1));
      return metric(/rapport_errors_total\{code="slow_consumer"\} 1/);
    });
    await eventually(() => metric(/^rapport_sessions_live 1$/m));
    await eventually(() => {
      deaf.frame(sent++, new Uint8Array(1));
      return deaf.isCutOff;
    });

    const log = await readLog(service.config.dataDir, sessionId!);
    expect(log.at(-1)!.event).toMatchObject({
      type: 'rapport.session.ended',
      data: { reason: 'disconnected', incomplete: false },
    });
    bystander.json({ type: 'session.end' });
    expect(await bystander.closed).toEqual({ status: 1000, reason: 'session ended' });
    deaf.abort();
  });
});
