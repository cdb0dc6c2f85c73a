import { WebSocket } from 'ws';
import { TestSocket } from './test-socket';

/** A client of a protocol whose messages have a type: keeps what it is told, and gives a test the message that it waits for. */
export abstract class TalkingSocket<Said extends { readonly type: string }> extends TestSocket {
  readonly said: Said[] = [];
  private waiting: (() => void)[] = [];
  /** What a message of the service broke. */
  private broken: unknown;

  protected constructor(socket: WebSocket) {
    super(socket, (text) => this.hear(text));
    socket.on('close', () => this.wake());
  }

  /** The nth message of this type, come or still to come. */
  async next(type: string, at = 0): Promise<Said> {
    for (;;) {
      if (this.broken !== undefined) throw this.broken;
      const found = this.said.filter((message) => message.type === type)[at];
      if (found !== undefined) return found;
      if (this.socket.readyState === WebSocket.CLOSED) {
        throw new Error(`closed without ${type}: ${this.said.map((message) => message.type).join()}`);
      }
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Throws for what no message may be. */
  protected abstract read(text: string): Said;

  /** What a client of the protocol does by itself. */
  protected answer(_said: Said): void {}

  private hear(text: string): void {
    try {
      const said = this.read(text);
      this.said.push(said);
      this.answer(said);
    } catch (error) {
      this.broken = error;
    }
    this.wake();
  }

  private wake(): void {
    for (const resume of this.waiting.splice(0)) resume();
  }
}
