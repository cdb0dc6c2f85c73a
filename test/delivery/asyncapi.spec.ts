import {
  BUILT_CLIENT_MESSAGES,
  BUILT_SERVER_MESSAGES,
  ClientMessage,
  EVENTS,
  EVENT_TYPES,
  eventJsonSchema,
  type ServerMessage,
  TOPICS,
} from '@rapport-live/protocol';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { arbitraryOf, valuesOf } from '../../packages/protocol/test/arbitrary-of';
import { toKafkaMessage } from '../../src/delivery/kafka-message';
import { toCloudEvent } from '../../src/delivery/cloud-event';
import type { SessionResult } from '../../src/delivery/session-result';
import { AsyncApi } from '../support/asyncapi';
import { eventually } from '../support/eventually';
import { readLog } from '../support/local-log';
import { RawClient } from '../support/raw-client';
import { isType, RawSession } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';
import { joined, silence, tone } from '../support/sound';
import { session as identity } from './support/results';

const api = new AsyncApi();
const STREAM = '/v1/stream';

it("is valid by AsyncAPI's own schema", () => {
  const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const validate = ajv.compile(require('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object);
  validate(api.document);
  expect(ajv.errorsText(validate.errors)).toBe('No errors');
  expect(validate({ ...api.document, channels: { stream: { address: 7 } } })).toBe(false);
});

it('has the topics and messages that there are', () => {
  expect(Object.values(api.document.channels).map(({ address }) => address)).toEqual([STREAM, ...TOPICS]);
  expect(api.messagesOf(STREAM, 'receive').sort()).toEqual([...BUILT_CLIENT_MESSAGES, 'media'].sort());
  expect(api.messagesOf(STREAM, 'send').sort()).toEqual([...BUILT_SERVER_MESSAGES].sort());
  for (const topic of TOPICS) {
    expect(api.messagesOf(topic, 'send')).toEqual(EVENT_TYPES.filter((type) => EVENTS[type].topic === topic));
  }
});

it.each(ClientMessage.options.map((option) => [option.shape.type.value, option] as const))(
  'takes any %s that the service takes, and no field more',
  (name, schema) => {
    const valid = arbitraryOf(schema);
    fc.assert(
      fc.property(valid, (message) => {
        expect(api.faults(name, 'payload', message)).toBeUndefined();
        expect(api.faults(name, 'payload', { ...(message as object), more: 1 })).toBeDefined();
      }),
      { numRuns: 20 },
    );
  },
);

it.each(EVENT_TYPES.filter((type) => EVENTS[type].durable))('takes any %s as Kafka gets it', (type) => {
  fc.assert(
    fc.property(valuesOf(eventJsonSchema(type)), (data) => {
      const event = toCloudEvent(identity(1), { type, naturalKey: [1], data } as SessionResult, new Date(0));
      const { headers, value } = toKafkaMessage({ seq: 1, topic: 't', event });
      expect(api.faults(type, 'headers', headers)).toBeUndefined();
      expect(api.faults(type, 'payload', JSON.parse(value?.toString() ?? 'null'))).toBeUndefined();
      expect(api.faults(type, 'headers', { ...headers, ce_type: 'another' })).toBeDefined();
      expect(api.faults('result', 'payload', { type: 'result', seq: 1, event })).toBeUndefined();
      expect(
        api.faults('result', 'payload', { type: 'result', seq: 1, event: { ...event, data: null } }),
      ).toBeDefined();
    }),
    { numRuns: 10 },
  );
});

describe('the running service', () => {
  const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
  const AGENT = { streamId: 2, kind: 'voice', party: 'agent', codec: 'pcm16le-16k' };
  let service: RunningService;
  let received: ServerMessage[];
  let log: Awaited<ReturnType<typeof readLog>>;

  beforeAll(async () => {
    service = await startService({ agentEmotion: true });
    const consent = { analysis: true, agentEmotionLegalBasis: 'trial with consent' };
    const fields = {
      partials: true,
      pace: 4,
      session: { channel: 'voice', language: 'en', externalId: 'call-1', consent },
    };
    const session = await RawSession.start(service, [VOICE, AGENT], fields);
    const first = session.client;
    const say = (message: { type: string }): void => {
      expect(api.messagesOf(STREAM, 'receive')).toContain(message.type);
      expect(api.faults(message.type, 'payload', message)).toBeUndefined();
      session.client.json(message);
    };
    session.voice(tone(3000), 0);
    session.voice(joined(silence(2000), tone(1000, 95)), 0, 2);
    say({ type: 'chat.message', party: 'customer', text: 'where is my refund?', messageId: 'm-1' } as never);
    say({ type: 'ping', ref: 'p' } as never);
    session.client.json({ type: 'session.dance' });
    await session.window(2000);
    await session.result((event) => event.type === 'rapport.transcript.final');
    await session.cut();
    // what of its frames lay unread when the connection broke must come again: else those behind them are refused
    session.sendFrom(await session.resume());
    const watching = await RawClient.open(service.url, service.key);
    watching.json({ type: 'session.observe', sessionId: session.sessionId, afterResultSeq: 0 });
    await watching.until(isType('session.state'));
    say({ type: 'result.ack', seq: 1 } as never);
    say({ type: 'participant.update', ptsMs: 3000, action: 'hold', party: 'customer' } as never);
    say({ type: 'participant.update', ptsMs: 3100, action: 'unhold', party: 'customer' } as never);
    say({ type: 'session.pause', ptsMs: 3200, reason: 'payment' } as never);
    say({ type: 'session.unpause', ptsMs: 3400 } as never);
    say({ type: 'consent.update', consent: { analysis: true } } as never);
    say({ type: 'stream.end', streamId: 2 } as never);
    session.voice(joined(tone(2000), silence(1500)), 3500);
    await session.window(5000);
    await session.client.until(isType('media.acked'));
    await session.end();
    await eventually(() =>
      watching.received.some((m) => m.type === 'result' && m.event.type === 'rapport.session.ended'),
    );
    watching.abort();
    received = [...first.received, ...session.client.received, ...watching.received];
    log = await readLog(service.config.dataDir);
  }, 180_000); // real models: beside other work they take their time
  afterAll(() => service.close());

  it('sends each kind of message, and each is valid', () => {
    expect(new Set(received.map(({ type }) => type))).toEqual(new Set(BUILT_SERVER_MESSAGES));
    for (const message of received) {
      expect([message.type, api.faults(message.type, 'payload', message)]).toEqual([message.type, undefined]);
    }
  });

  it('keeps events for Kafka that are valid, in the topics that the document says', () => {
    const types = new Set<string>(log.map(({ event }) => event.type));
    expect([...types].sort()).toEqual([
      'rapport.audit.agent_emotion',
      'rapport.audit.viewed',
      'rapport.session.ended',
      'rapport.session.started',
      'rapport.session.updated',
      'rapport.transcript.final',
      'rapport.window.assessed',
    ]);
    for (const record of log) {
      const { type } = record.event;
      const { headers, value } = toKafkaMessage(record);
      expect(api.messagesOf(record.topic, 'send')).toContain(type);
      expect([type, api.faults(type, 'headers', headers)]).toEqual([type, undefined]);
      expect([type, api.faults(type, 'payload', JSON.parse(value?.toString() ?? 'null'))]).toEqual([type, undefined]);
    }
  });
});
