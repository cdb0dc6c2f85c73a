import type { Socket } from 'node:net';
import { WebSocketBoundaries } from './websocket-boundaries';

/** Who speaks: `up` is from the client to the service. */
export type Direction = 'up' | 'down';

/** Where a connection breaks: behind so many messages of a direction (0: the handshake), or behind so many bytes. */
export type CutPoint = { readonly direction: Direction } & ({ readonly messages: number } | { readonly bytes: number });

interface Passed {
  bytes: number;
  /** Text and binary messages; -1 until the handshake is through. */
  messages: number;
}

/** One connection through the proxy, and the ways to break it. */
export class ProxiedLink {
  readonly passed: Readonly<Record<Direction, Passed>> = {
    up: { bytes: 0, messages: -1 },
    down: { bytes: 0, messages: -1 },
  };
  /** Resolves when both ends are gone. */
  readonly closed: Promise<unknown>;
  private cutPoint: CutPoint | undefined;
  private readonly stalled: Record<Direction, boolean> = { up: false, down: false };
  private isCut = false;
  private delayMs = 0;

  constructor(
    private readonly client: Socket,
    private readonly service: Socket,
  ) {
    this.closed = Promise.all(
      [client, service].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
    this.forward('up', client, service);
    this.forward('down', service, client);
  }

  /** Both ends learn of it. What was passed on still arrives. */
  cut(): void {
    if (this.isCut) return;
    this.isCut = true;
    for (const socket of [this.client, this.service]) {
      // Not destroyed at once: what the other end has not read yet would be thrown away.
      socket.destroySoon();
      socket.resume();
    }
  }

  /** To be set before the bytes in question pass. */
  cutAt(point: CutPoint): void {
    this.cutPoint = point;
  }

  /** Nothing passes any more and neither end is told: a cable pulled, a NAT entry gone. */
  halfOpen(): void {
    this.stall('up');
    this.stall('down');
  }

  /** Nothing passes in this direction any more: `down` is a client that does not read. */
  stall(direction: Direction): void {
    this.stalled[direction] = true;
    this.source(direction).pause();
  }

  /** What was held back passes on. */
  heal(): void {
    for (const direction of ['up', 'down'] as const) {
      this.stalled[direction] = false;
      this.source(direction).resume();
    }
  }

  /** From the beginning, every piece is passed on so much later, wall ms. */
  delay(ms: number): void {
    this.delayMs = ms;
  }

  /** At once, whoever has not read yet. */
  destroy(): void {
    this.isCut = true;
    this.client.destroy();
    this.service.destroy();
  }

  private forward(direction: Direction, from: Socket, to: Socket): void {
    const boundaries = new WebSocketBoundaries();
    from.setNoDelay(true);
    from.on('error', () => {});
    const later = (task: () => void): void => {
      if (this.delayMs === 0) task();
      else setTimeout(task, this.delayMs);
    };
    from.on('data', (chunk: Buffer) => later(() => this.pass(direction, boundaries, chunk, from, to)));
    from.on('end', () => later(() => this.stalled[direction] || to.end()));
    from.on('close', () => later(() => this.stalled[direction] || to.destroySoon()));
  }

  private pass(direction: Direction, boundaries: WebSocketBoundaries, chunk: Buffer, from: Socket, to: Socket): void {
    if (this.isCut) return;
    const passed = this.passed[direction];
    const ends = boundaries.take(chunk);
    const cutAt = this.cutPoint?.direction === direction ? cutOffset(this.cutPoint, passed, ends, chunk) : undefined;
    const piece = chunk.subarray(0, cutAt);
    passed.bytes += piece.length;
    passed.messages += ends.filter((end) => end <= piece.length).length;
    const hasRoom = to.write(piece);
    if (cutAt !== undefined) return this.cut();
    if (hasRoom) return;
    from.pause();
    to.once('drain', () => this.stalled[direction] || from.resume());
  }

  private source(direction: Direction): Socket {
    return direction === 'up' ? this.client : this.service;
  }
}

/** Where in the chunk the connection breaks; undefined: behind it. */
function cutOffset(point: CutPoint, passed: Passed, ends: readonly number[], chunk: Buffer): number | undefined {
  const at = 'bytes' in point ? point.bytes - passed.bytes : ends[point.messages - passed.messages - 1];
  return at === undefined || at > chunk.length ? undefined : at;
}
