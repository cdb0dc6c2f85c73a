import { type ServerMessage, SUBPROTOCOL } from '@rapport-live/protocol';
import { WebSocket } from 'ws';
import { parseTraceparent } from '../../src/facts/trace-context';
import { readLog } from '../support/local-log';
import { type RunningService, startService } from '../support/service';

const GIVEN = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('traces', () => {
  let service: RunningService;
  beforeAll(async () => (service = await startService()));
  afterAll(() => service.close());

  /** The traceparent of every event of a session that only begins and ends. */
  async function traceOf(headers: Record<string, string>): Promise<(string | undefined)[]> {
    const socket = new WebSocket(service.url, SUBPROTOCOL, {
      headers: { authorization: `Bearer ${service.key}`, ...headers },
    });
    const messages: ServerMessage[] = [];
    socket.on('message', (data) => messages.push(JSON.parse((data as Buffer).toString()) as ServerMessage));
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'session.start' }));
      socket.send(JSON.stringify({ type: 'session.end' }));
    });
    await new Promise((resolve) => socket.on('close', resolve));
    const events = messages.flatMap((message) => (message.type === 'result' ? [message.event] : []));
    expect(events.map(({ type }) => type)).toEqual(['rapport.session.started', 'rapport.session.ended']);
    const log = await readLog(service.config.dataDir, events[0]!.subject);
    expect(log.map(({ event }) => event)).toEqual(events);
    return events.map(({ traceparent }) => traceparent);
  }

  it('makes a session a span of the trace that the upgrade names', async () => {
    const [started, ended] = await traceOf({ traceparent: GIVEN });
    expect(started).toBe(ended);
    const [given, own] = [parseTraceparent(GIVEN)!, parseTraceparent(started)!];
    expect(own).toEqual({ traceId: given.traceId, spanId: expect.not.stringMatching(given.spanId), sampled: true });
  });

  it.each<Record<string, string>>([{}, { traceparent: 'nonsense' }])('begins a trace with %j', async (headers) => {
    const [[first], [second]] = [await traceOf(headers), await traceOf(headers)];
    expect(parseTraceparent(first)).toMatchObject({ sampled: false });
    expect(parseTraceparent(second)!.traceId).not.toBe(parseTraceparent(first)!.traceId);
  });
});
