import { boundedText } from '@rapport-live/protocol';
import { AvroType } from './avro';

export interface SchemaRegistryOptions {
  /** Without a user in it. */
  readonly url: string;
  /** `USER:PASSWORD` for HTTP Basic. */
  readonly userInfo?: string;
  /** One request with its answer. Default 5 s. */
  readonly timeoutMs?: number;
  /** An answer larger than this is not read. Default 4 MiB: a schema of ours has some kB. */
  readonly maxAnswerBytes?: number;
}

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
/** Every version reads what every older one wrote. */
const COMPATIBILITY = 'BACKWARD_TRANSITIVE';
const TIMEOUT_MS = 5_000;
const ANSWER_BYTES = 4 * 1024 * 1024;
const MAX_ANSWER_CHARS = 300;

/** The registry is away, refuses, or says another thing than it should; the message is for an operator. */
export class SchemaRegistryError extends Error {
  override readonly name = 'SchemaRegistryError';
}

/** The REST interface of Confluent's schema registry, as others have it too: the three calls that a producer needs. */
export class SchemaRegistry {
  constructor(private readonly options: SchemaRegistryOptions) {}

  /**
   * The id of this schema under this subject, registered when it is new there. First the compatibility of the subject
   * is set, so that the registry itself refuses what older readers' data would break. Rejects with `SchemaRegistryError`.
   */
  async register(subject: string, schema: object): Promise<number> {
    const named = encodeURIComponent(subject);
    await this.call('PUT', `/config/${named}`, subject, { compatibility: COMPATIBILITY });
    const { id } = await this.call('POST', `/subjects/${named}/versions`, subject, { schema: JSON.stringify(schema) });
    if (typeof id !== 'number') throw this.error(`gave no id for ${subject}`);
    const kept = await this.schemaOf(id);
    if (new AvroType(kept).canonical !== new AvroType(schema).canonical) {
      throw this.error(`has another schema under the id ${id} that it gave for ${subject}`);
    }
    return id;
  }

  /** The schema with this id, in its JSON form. */
  async schemaOf(id: number): Promise<unknown> {
    const { schema } = await this.call('GET', `/schemas/ids/${id}`, `id ${id}`);
    try {
      return JSON.parse(String(schema)) as unknown;
    } catch (error) {
      throw this.error(`gave no schema for the id ${id}`, error);
    }
  }

  private async call(method: string, path: string, about: string, body?: object): Promise<Record<string, unknown>> {
    const { url, userInfo, timeoutMs = TIMEOUT_MS, maxAnswerBytes = ANSWER_BYTES } = this.options;
    const response = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
      method,
      headers: {
        accept: MEDIA_TYPE,
        ...(body === undefined ? {} : { 'content-type': MEDIA_TYPE }),
        ...(userInfo === undefined ? {} : { authorization: `Basic ${Buffer.from(userInfo).toString('base64')}` }),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      throw this.error(`does not answer (${causeOf(error)})`, error);
    });
    const text = await boundedText(response, maxAnswerBytes).catch((error: unknown) => {
      throw this.error(`broke off its answer (${causeOf(error)})`, error);
    });
    if (!response.ok) {
      throw this.error(`refuses ${about}: ${method} answered ${response.status} ${text.slice(0, MAX_ANSWER_CHARS)}`);
    }
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch (error) {
      throw this.error(`answered something that is no JSON to ${method} of ${about}`, error);
    }
  }

  private error(what: string, cause?: unknown): SchemaRegistryError {
    return new SchemaRegistryError(`The schema registry ${this.options.url} ${what}.`, { cause });
  }
}

/** `fetch failed` says nothing: what lies below does. */
function causeOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? (name === 'TimeoutError' ? 'no answer in time' : message);
}
