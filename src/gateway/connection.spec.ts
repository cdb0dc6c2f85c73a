import type { Socket } from './bounded-socket';
import { Connection } from './connection';

class FakeSocket implements Socket {
  bufferedAmount = 0;
  readyState = 1;
  readonly sent: unknown[] = [];
  readonly closes: [number, string][] = [];
  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  ping(): void {}
  close(code: number, reason: string): void {
    this.closes.push([code, reason]);
  }
  terminate(): void {}
}

describe('Connection', () => {
  const open = (maxBufferedBytes = 100) => {
    const socket = new FakeSocket();
    return {
      socket,
      connection: new Connection(
        socket,
        { tenant: 'acme', scopes: new Set() },
        { maxBufferedBytes, closeTimeoutMs: 2000, pongWithinMs: 2000 },
      ),
    };
  };

  it('goes on after an error that is not fatal', () => {
    const { socket, connection } = open();
    connection.fail('payload_invalid', 'Odd.', { streamId: 1, seq: 7 });
    expect(socket.sent).toEqual([
      expect.objectContaining({ code: 'payload_invalid', fatal: false, streamId: 1, seq: 7 }),
    ]);
    expect(connection.isOpen).toBe(true);
  });

  it('says a fatal error, then closes with its status, once', () => {
    const { socket, connection } = open();
    connection.fail('credit_exceeded', 'Too much.');
    connection.fail('internal', 'Again.');
    expect(socket.sent).toHaveLength(1);
    expect(socket.closes).toEqual([[1008, 'credit_exceeded']]);
    expect(connection.closeCode).toBe('credit_exceeded');
  });

  it('closes a peer that does not read, and queues nothing more for it', () => {
    const { socket, connection } = open(100);
    socket.bufferedAmount = 101;
    connection.send({ type: 'credit', streamId: 1, limitBytes: 5 });
    connection.send({ type: 'credit', streamId: 1, limitBytes: 6 });
    expect(socket.sent).toEqual([]);
    expect(socket.closes).toEqual([[1013, 'slow_consumer']]);
  });

  it('sends a result with its event as it was made to JSON before, or makes it', () => {
    const { socket, connection } = open();
    const event = { id: 'a', data: { text: 'über "alles"' } } as never;
    connection.sendResult({ seq: 1, event });
    connection.sendResult({ seq: 2, event, eventJson: '{"id":"as written"}' });
    expect(socket.sent).toEqual([
      { type: 'result', seq: 1, event },
      { type: 'result', seq: 2, event: { id: 'as written' } },
    ]);
  });

  it('closes normally without a code', () => {
    const { socket, connection } = open();
    connection.close();
    expect(socket.closes).toEqual([[1000, 'session ended']]);
    expect(connection.closeCode).toBeUndefined();
  });
});
