import { COMPACTED_TOPICS, EVENTS, TOPICS, type EventType } from '../event-table';
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../vocabulary';
import { type AsyncApiMessage, clientMessages, kafkaMessages, serverMessages } from './messages';
import { LICENSE, ref, SchemaParts } from './parts';

const SOCKET = 'stream';
const toChannel = (channel: string) => ({ $ref: `#/channels/${channel}` });
const toServer = (server: string) => [{ $ref: `#/servers/${server}` }];

/**
 * The AsyncAPI 3.0 document of the service: the WebSocket with every message both ways, and every topic of Kafka with
 * the records in binary mode. Plain data; `npm run docs` writes it to docs/asyncapi.json.
 */
export function asyncApiDocument(version: string) {
  const parts = new SchemaParts();
  const client = clientMessages();
  const server = serverMessages(parts);
  const kafka = kafkaMessages(parts);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Rapport',
      version,
      description:
        'A live customer conversation in, what the customer feels and wants out: over one WebSocket and in Kafka. ' +
        'docs/protocol.md and docs/events.md say what the schemas cannot.',
      license: LICENSE,
    },
    defaultContentType: 'application/json',
    servers: {
      service: {
        host: '127.0.0.1:8080',
        protocol: 'ws',
        description: 'PORT and HOST; wss with a certificate (docs/security.md).',
        security: [{ $ref: '#/components/securitySchemes/key' }],
      },
      kafka: {
        host: 'localhost:9092',
        protocol: 'kafka',
        description: 'KAFKA_BROKERS.',
      },
    },
    channels: {
      [SOCKET]: {
        address: '/v1/stream',
        title: `The subprotocol ${SUBPROTOCOL}`,
        servers: toServer('service'),
        messages: messageRefs([...client, ...server]),
        bindings: { ws: { method: 'GET', headers: upgradeHeaders(), bindingVersion: '0.1.0' } },
      },
      ...Object.fromEntries(TOPICS.map((topic) => [topic, topicChannel(topic, kafka)])),
    },
    operations: {
      receiveFromClient: socketOperation('receive', client),
      sendToClient: socketOperation('send', server),
      ...Object.fromEntries(
        TOPICS.map((topic) => [
          `publish.${topic}`,
          { action: 'send', channel: toChannel(topic), messages: ofTopic(topic, kafka).map(inChannel(topic)) },
        ]),
      ),
    },
    components: {
      messages: Object.fromEntries([...client, ...server, ...kafka].map((message) => [message.name, message])),
      schemas: parts.all(),
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key or a JWT.' } },
    },
  };
}

function topicChannel(topic: string, messages: readonly AsyncApiMessage[]) {
  const cleanup = COMPACTED_TOPICS.includes(topic) ? 'compact' : 'delete';
  return {
    address: topic,
    servers: toServer('kafka'),
    messages: messageRefs(ofTopic(topic, messages)),
    bindings: { kafka: { topic, topicConfiguration: { 'cleanup.policy': [cleanup] }, bindingVersion: '0.5.0' } },
  };
}

function socketOperation(action: 'send' | 'receive', messages: readonly AsyncApiMessage[]) {
  return { action, channel: toChannel(SOCKET), messages: messages.map(inChannel(SOCKET)) };
}

const ofTopic = (topic: string, messages: readonly AsyncApiMessage[]): AsyncApiMessage[] =>
  messages.filter(({ name }) => EVENTS[name as EventType].topic === topic);

const inChannel =
  (channel: string) =>
  ({ name }: AsyncApiMessage) => ({ $ref: `#/channels/${channel}/messages/${name}` });

const messageRefs = (messages: readonly AsyncApiMessage[]) =>
  Object.fromEntries(messages.map(({ name }) => [name, ref('messages', name)]));

function upgradeHeaders() {
  return {
    type: 'object',
    properties: {
      'Sec-WebSocket-Protocol': {
        type: 'string',
        description: `${SUBPROTOCOL}; a browser offers ${TOKEN_SUBPROTOCOL_PREFIX}TOKEN beside it`,
      },
      traceparent: { type: 'string', description: 'W3C Trace Context: the session becomes a span of that trace' },
    },
    required: ['Sec-WebSocket-Protocol'],
  };
}
