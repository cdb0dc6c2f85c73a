import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** `ApiKeys.PRODUCE` of the protocol. */
const PRODUCE = 0;
const SIZE_BYTES = 4;

/**
 * A TCP proxy before a broker that knows requests and replies (each begins with its size, 32 bits), so that a test can
 * break a connection just when the broker has written a batch and the client does not know it yet.
 */
export class BrokerProxy {
  /** Replies to sends that never arrived. */
  cutReplies = 0;
  /** Every reply is this much late. */
  delayMs = 0;
  private cutsWanted = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** Listens on `port`; `brokerPort` need not answer yet. */
  static async listen(port: number, brokerPort: number): Promise<BrokerProxy> {
    const server = createServer();
    const proxy = new BrokerProxy(server);
    server.on('connection', (client) => proxy.accept(client, brokerPort));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The next reply to a send breaks its connection instead of arriving. */
  cutNextReply(): void {
    this.cutsWanted += 1;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(client: Socket, brokerPort: number): void {
    const broker = connect(brokerPort, '127.0.0.1');
    const ends = [client, broker];
    const cut = (): void => ends.forEach((end) => end.destroy());
    for (const end of ends) {
      this.sockets.add(end);
      end.setNoDelay(true);
      end.on('error', () => undefined);
      end.on('close', () => {
        this.sockets.delete(end);
        cut();
      });
    }
    /** Correlation ids of sends that are not answered. */
    const sends = new Set<number>();
    eachFrame(client, (frame) => {
      if (frame.readInt16BE(SIZE_BYTES) === PRODUCE) sends.add(frame.readInt32BE(SIZE_BYTES + 4));
      broker.write(frame);
    });
    eachFrame(broker, (frame) => {
      const isOfSend = sends.delete(frame.readInt32BE(SIZE_BYTES));
      if (isOfSend && this.cutsWanted > 0) {
        this.cutsWanted -= 1;
        this.cutReplies += 1;
        return cut();
      }
      if (this.delayMs === 0) client.write(frame);
      else setTimeout(() => client.write(frame), this.delayMs);
    });
  }
}

function eachFrame(from: Socket, take: (frame: Buffer) => void): void {
  let held: Buffer = Buffer.alloc(0);
  from.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length >= SIZE_BYTES) {
      const end = SIZE_BYTES + held.readInt32BE(0);
      if (held.length < end) return;
      take(held.subarray(0, end));
      held = held.subarray(end);
    }
  });
}
