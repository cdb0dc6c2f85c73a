import type { WebSocket } from 'ws';
import { opened, type SocketOptions, TestSocket } from '../../support/test-socket';

/** A connection of somebody else's protocol: sends whatever a test wants and keeps what comes back. */
export class ForeignLine extends TestSocket {
  readonly received: string[] = [];

  private constructor(socket: WebSocket) {
    super(socket, (text) => this.received.push(text));
  }

  /** Rejects when the upgrade is refused. */
  static open(url: string, options: SocketOptions = {}): Promise<ForeignLine> {
    return opened(url, options, (socket) => new ForeignLine(socket));
  }

  /** A text message of these bytes, whether they are UTF-8 or not. */
  badText(bytes: Uint8Array): void {
    this.socket.send(bytes, { binary: false });
  }

  close(status = 1000): void {
    this.socket.close(status);
  }
}
