import { boundedText } from '@rapport-live/protocol';

/** Where the schemas of Avro come from: the REST interface of Confluent's schema registry, as others have it too. */
export interface RegistryOptions {
  /** Without a user in it. */
  readonly url: string;
  /** `USER:PASSWORD` for HTTP Basic. */
  readonly userInfo?: string;
  /** One request with its answer. Default 5 s. */
  readonly timeoutMs?: number;
  /** An answer larger than this is not read. Default 4 MiB. */
  readonly maxAnswerBytes?: number;
  /** Schemas kept in memory; the one that was needed longest ago goes first. Default 1,000. */
  readonly maxSchemas?: number;
}

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
const TIMEOUT_MS = 5_000;
const ANSWER_BYTES = 4 * 1024 * 1024;
/** "Schema not found", in the registry's own list of errors: a 404 of somebody else has no such code. */
const SCHEMA_NOT_FOUND = 40403;

/**
 * The schema with this id in its JSON form; undefined where the registry says that it has none, or one that is not Avro.
 * Rejects where it cannot be told: the message says why, and has no user or password.
 */
export async function fetchSchema(
  { url, userInfo, timeoutMs = TIMEOUT_MS, maxAnswerBytes = ANSWER_BYTES }: RegistryOptions,
  id: number,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await fetch(`${url.replace(/\/+$/, '')}/schemas/ids/${id}`, {
    headers: {
      accept: MEDIA_TYPE,
      ...(userInfo === undefined ? {} : { authorization: `Basic ${Buffer.from(userInfo).toString('base64')}` }),
    },
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  const answer = JSON.parse(await boundedText(response, maxAnswerBytes)) as Record<string, unknown>;
  if (response.status === 404 && answer.error_code === SCHEMA_NOT_FOUND) return undefined;
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  const { schema, schemaType = 'AVRO' } = answer;
  if (schemaType !== 'AVRO' || typeof schema !== 'string') return undefined;
  return JSON.parse(schema) as unknown;
}
