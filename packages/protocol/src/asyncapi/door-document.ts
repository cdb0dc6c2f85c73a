import type { z } from 'zod';
import { type JsonSchema, takenJsonSchema } from '../schemas/json-schema';
import { LICENSE } from './parts';

/** One message of a protocol of others. */
export interface DoorMessage {
  /** Of letters, digits, `_`, `-` and `.`: it is a key of the document. */
  readonly name: string;
  readonly summary?: string;
  /** Default: JSON. */
  readonly contentType?: string;
  /** What the door checks it with; of what is no JSON, as media, a JSON Schema. */
  readonly payload: z.ZodType | JsonSchema;
}

/** A door that speaks a protocol of others, as docs tell of it. */
export interface DoorSpec {
  /** Of a-z, 0-9 and `-`: its document is docs/asyncapi/NAME.json and `/docs/asyncapi-NAME.json`. */
  readonly name: string;
  readonly title: string;
  /** What it takes, where it differs from its publisher's description, and where that stands. */
  readonly description: string;
  readonly protocol: 'ws' | 'tcp';
  /** Path of a WebSocket, as `/twilio`; of a TCP door its port's setting. */
  readonly address: string;
  /** How a caller shows who it is. */
  readonly security: string;
  readonly subprotocol?: string;
  readonly fromClient: readonly DoorMessage[];
  readonly toClient: readonly DoorMessage[];
}

const CHANNEL = 'door';
const JSON_TYPE = 'application/json';

/** The AsyncAPI 3.0 document of one door. Plain data. */
export function doorDocument(door: DoorSpec, version: string) {
  const all = [...door.fromClient, ...door.toClient];
  const names = [...new Set(all.map(({ name }) => name))];
  const operation = (action: 'send' | 'receive', messages: readonly DoorMessage[]) => ({
    action,
    channel: { $ref: `#/channels/${CHANNEL}` },
    messages: messages.map(({ name }) => ({ $ref: `#/channels/${CHANNEL}/messages/${name}` })),
  });
  const headers = {
    type: 'object',
    properties: { 'Sec-WebSocket-Protocol': { type: 'string', description: door.subprotocol } },
  };
  return {
    asyncapi: '3.0.0',
    info: {
      title: door.title,
      version,
      description: `${door.description} ${door.security}`,
      license: LICENSE,
    },
    defaultContentType: JSON_TYPE,
    servers: {
      service: { host: '127.0.0.1:8080', protocol: door.protocol, description: 'HOST and PORT of the service.' },
    },
    channels: {
      [CHANNEL]: {
        address: door.address,
        title: door.title,
        servers: [{ $ref: '#/servers/service' }],
        messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
        ...(door.protocol === 'ws'
          ? {
              bindings: {
                ws: {
                  method: 'GET',
                  ...(door.subprotocol === undefined ? {} : { headers }),
                  bindingVersion: '0.1.0',
                },
              },
            }
          : {}),
      },
    },
    operations: {
      ...(door.fromClient.length === 0 ? {} : { receiveFromClient: operation('receive', door.fromClient) }),
      ...(door.toClient.length === 0 ? {} : { sendToClient: operation('send', door.toClient) }),
    },
    components: { messages: Object.fromEntries(all.map((message) => [message.name, messageOf(message)])) },
  };
}

function messageOf({ name, summary, contentType = JSON_TYPE, payload }: DoorMessage) {
  return { name, ...(summary === undefined ? {} : { summary }), contentType, payload: schemaOf(payload) };
}

function schemaOf(payload: DoorMessage['payload']): JsonSchema {
  const { $schema: _, ...schema } = '_zod' in payload ? takenJsonSchema(payload) : payload;
  return schema;
}
