import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { ProxiedLink } from './proxied-link';

/** A TCP proxy between clients and the service that breaks the network in the ways that networks break. */
export class FaultProxy {
  /** Every connection so far, in order. */
  readonly links: ProxiedLink[] = [];
  /** Told of each connection before a byte of it passes: here a test says what shall happen to it. */
  onLink: (link: ProxiedLink, index: number) => void = () => {};
  /** Connections that an outage reset. */
  refused = 0;
  private isDown = false;
  private waiting: (() => void)[] = [];

  private constructor(
    private readonly server: Server,
    private port: number,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** Listens on a free port of this machine. */
  static async to(serviceUrl: string): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: true });
    const proxy = new FaultProxy(server, portOf(serviceUrl));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** That URL of the service, through this proxy. */
  through(serviceUrl: string): string {
    const url = new URL(serviceUrl);
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** New connections go to another service, as behind a load balancer. */
  retarget(serviceUrl: string): void {
    this.port = portOf(serviceUrl);
  }

  get newest(): ProxiedLink {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error('nobody has connected yet');
    return link;
  }

  /** The connection with this number, from 1, once it is made. */
  async linked(count: number): Promise<ProxiedLink> {
    while (this.links.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.links[count - 1]!;
  }

  /** An outage: every connection breaks, and new ones are reset until `up`. */
  down(): void {
    this.isDown = true;
    for (const link of this.links) link.cut();
  }

  up(): void {
    this.isDown = false;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const link of this.links) link.destroy();
    await closed;
  }

  private accept(client: Socket): void {
    client.on('error', () => {});
    if (this.isDown) {
      this.refused += 1;
      client.resetAndDestroy();
      return;
    }
    const link = new ProxiedLink(client, connect({ port: this.port, host: '127.0.0.1', allowHalfOpen: true }));
    this.links.push(link);
    this.onLink(link, this.links.length - 1);
    for (const wake of this.waiting.splice(0)) wake();
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
