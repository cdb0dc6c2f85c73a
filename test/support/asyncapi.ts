import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Message {
  readonly name: string;
  readonly contentType: string;
  readonly headers?: object;
  readonly payload: object;
}
interface Operation {
  readonly action: 'send' | 'receive';
  readonly channel: { readonly $ref: string };
  readonly messages: readonly { readonly $ref: string }[];
}
interface Channel {
  readonly address: string;
  readonly messages: Readonly<Record<string, { readonly $ref: string }>>;
  readonly bindings: { readonly kafka?: { readonly topicConfiguration: { readonly 'cleanup.policy': string[] } } };
}
export interface AsyncApiDocument {
  readonly asyncapi: string;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
}

/** docs/asyncapi.json as a stranger reads it: references followed, schemas checked by a validator of others. */
export class AsyncApi {
  readonly document: AsyncApiDocument;
  private readonly ajv = addFormats(new Ajv({ strict: false, validateFormats: true }));

  constructor(path = join(__dirname, '../../docs/asyncapi.json')) {
    this.document = JSON.parse(readFileSync(path, 'utf8')) as AsyncApiDocument;
    this.ajv.addSchema(this.document, 'document');
  }

  /** Names of the messages that may go this way over the channel with this address. */
  messagesOf(address: string, action: 'send' | 'receive'): string[] {
    const [channel] = Object.entries(this.document.channels).find(([, { address: own }]) => own === address) ?? [];
    return Object.values(this.document.operations)
      .filter((operation) => operation.action === action && operation.channel.$ref === `#/channels/${channel}`)
      .flatMap(({ messages }) => messages.map(({ $ref }) => this.follow($ref)))
      .map(({ name }) => name);
  }

  /** What is wrong with a payload or the headers of this message; undefined when nothing is. */
  faults(name: string, part: 'payload' | 'headers', value: unknown): string | undefined {
    if (this.document.components.messages[name] === undefined) return `there is no message ${name}`;
    const validate = this.ajv.getSchema(`document#/components/messages/${name.replaceAll('/', '~1')}/${part}`)!;
    return validate(value) === true ? undefined : this.ajv.errorsText(validate.errors);
  }

  /** `#/channels/CHANNEL/messages/NAME`, which refers on to the components. */
  private follow(reference: string): Message {
    const [, , channel, , name] = reference.split('/') as [string, string, string, string, string];
    const { $ref } = this.document.channels[channel]!.messages[name]!;
    return this.document.components.messages[$ref.slice('#/components/messages/'.length)]!;
  }
}
