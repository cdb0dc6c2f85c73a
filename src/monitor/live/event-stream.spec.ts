import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EVENT_STREAM_DEFAULTS, EventStream, type EventStreamOptions, type MayGoOn } from './event-stream';

describe('a stream of events', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** One that is answered to whoever asks; resolves once it is asked for. */
  async function open(
    options: Partial<EventStreamOptions>,
    mayGoOn?: MayGoOn,
  ): Promise<{ readonly stream: EventStream; readonly answer: Response }> {
    const begun = new Promise<EventStream>((resolve) => {
      server = createServer((request, response) =>
        resolve(new EventStream(request, response, mayGoOn, { ...EVENT_STREAM_DEFAULTS, ...options })),
      );
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const asked = fetch(`http://127.0.0.1:${(server!.address() as AddressInfo).port}/`);
    return { stream: await begun, answer: await asked };
  }

  it('carries events with their ids, whatever is in them', async () => {
    const { stream, answer } = await open({});
    stream.send('record', { text: 'one\n\nevent: forged\ndata: {}\n\n' }, 7);
    stream.send('end', {});
    stream.end();
    const sent =
      'id: 7\nevent: record\ndata: {"text":"one\\n\\nevent: forged\\ndata: {}\\n\\n"}\n\nevent: end\ndata: {}\n\n';
    expect(await answer.text()).toBe(`: rapport\n\n${sent}`);
    expect(stream.send('late', {})).toBe(false);
  });

  it('goes on for as long as who reads may, and tells who fed it', async () => {
    let asked = 0;
    const { stream, answer } = await open({ keepAliveMs: 1 }, () => Promise.resolve((asked += 1) < 3));
    const told = new Promise<void>((resolve) => stream.onEnd(resolve));
    expect(await answer.text()).toBe(': rapport\n\n: alive\n\n: alive\n\n');
    await told;
  });

  it('ends when nobody can say whether who reads may', async () => {
    const { answer } = await open({ keepAliveMs: 1 }, () => Promise.reject(new Error('the file of users is gone')));
    expect(await answer.text()).toBe(': rapport\n\n');
  });

  it('ends with its age', async () => {
    const { answer } = await open({ maxAgeMs: 20, keepAliveMs: 1 });
    expect(await answer.text()).toMatch(/^: rapport\n\n(: alive\n\n)*$/);
  });

  it('keeps a bounded amount for a reader that does not read', async () => {
    const { stream, answer } = await open({ maxBufferedBytes: 100_000 });
    let sent = 0;
    while (stream.send('change', { text: 'x'.repeat(10_000) })) sent += 1;
    expect(sent).toBeLessThan(1000);
    const drained = new Promise<void>((resolve) => stream.onDrain(resolve));
    const text = answer.text();
    await drained;
    expect(stream.send('change', {})).toBe(true);
    stream.end();
    expect((await text).length).toBeGreaterThan(sent * 10_000);
  });
});
