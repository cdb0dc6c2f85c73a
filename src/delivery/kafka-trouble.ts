/**
 * Why Kafka does not take our records, as a closed list with a sentence each that says what to do. Meant for people:
 * it stands in the log once, and in `/readyz` for as long as it lasts. It names no user, password or record.
 */
export const KAFKA_TROUBLES = {
  unreachable: 'No broker of KAFKA_BROKERS answers; results wait in the local log.',
  tls: 'TLS with Kafka fails: check KAFKA_TLS, KAFKA_TLS_CA and, where brokers ask for one, KAFKA_TLS_CERT.',
  auth: 'Kafka does not take our name and password: check KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_SASL_MECHANISM.',
  forbidden:
    'Kafka forbids it to our user: it needs Describe, DescribeConfigs and Write on our topics, and Create for KAFKA_TOPICS=create.',
  topic:
    'A topic is not as it should be: correct it, or set what is wanted, or KAFKA_TOPICS=off to take topics as they are.',
  codec: 'Kafka does not take this compression: set KAFKA_COMPRESSION=gzip.',
  registry:
    'The schema registry does not serve: check KAFKA_SCHEMA_REGISTRY_URL and _AUTH; results wait in the local log.',
  offset:
    'How far Kafka has all cannot be written to the data folder; results go on. A crash now sends more of them again, with the same ids: make room there.',
  other: 'Kafka refuses; results wait in the local log.',
} as const;

export type KafkaTroubleCode = keyof typeof KAFKA_TROUBLES;

export interface KafkaTrouble {
  readonly code: KafkaTroubleCode;
  /** The sentence of the list, with what Kafka or the network said. */
  readonly message: string;
}

/** A topic is missing or differs, and KAFKA_TOPICS=check. Each fault names topic, value and wanted value. */
export class TopicFaultError extends Error {
  override readonly name = 'TopicFaultError';
  constructor(readonly faults: readonly string[]) {
    super(faults.join('; '));
  }
}

/** What Kafka has was not written down: that is the disk's doing, and Kafka takes results as before. */
export function offsetTrouble(error: unknown): KafkaTrouble {
  return { code: 'offset', message: `${KAFKA_TROUBLES.offset} (${(error as Error).message})` };
}

/** Of an error of the client, or of a line that it logs while it still retries by itself. */
export function kafkaTrouble(error: unknown): KafkaTrouble {
  const causes = chain(error);
  const code = causes.map(codeOf).find((found) => found !== undefined) ?? 'other';
  // What a registry answered, and to what, stands in its own error; otherwise the last cause says most.
  const told = causes.find(({ name }) => name === 'SchemaRegistryError') ?? causes[causes.length - 1];
  return { code, message: `${KAFKA_TROUBLES[code]} (${told?.message ?? 'no reason given'})` };
}

interface Cause {
  readonly name: string;
  readonly type: string;
  readonly code: string;
  readonly message: string;
}

const MAX_CAUSES = 8;

function chain(error: unknown): Cause[] {
  const causes: Cause[] = [];
  for (let at = error; at !== undefined && at !== null && causes.length < MAX_CAUSES;) {
    const { name = '', type = '', code = '', message, cause } = at as Partial<Cause> & { cause?: unknown };
    causes.push({ name, type: String(type), code: String(code), message: String(message ?? at) });
    at = cause === at ? undefined : cause;
  }
  return causes;
}

const FORBIDDEN = /_AUTHORIZATION_FAILED$/;
/** OpenSSL's and Node's words for what a handshake fails of. */
const TLS = /^ERR_(SSL|TLS)|^EPROTO$|CERT|SELF_SIGNED|UNABLE_TO_/;
const TLS_SAID = /certificate|ssl3_|tlsv1|wrong version number|secure TLS connection/i;
const NETWORK = /^(ECONN|EHOST|ENET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE)/;
const NETWORK_SAID = /connection (error|timeout|closed)|closed connection|failed to connect|timed out|not connected/i;

function codeOf({ name, type, code, message }: Cause): KafkaTroubleCode | undefined {
  if (name === 'TopicFaultError') return 'topic';
  if (name === 'SchemaRegistryError') return 'registry';
  if (/SASL/.test(type) || /SASL/.test(name) || /\bSASL\b.*(fail|not supported)/i.test(message)) return 'auth';
  if (FORBIDDEN.test(type) || /not authorized/i.test(message)) return 'forbidden';
  if (type === 'UNSUPPORTED_COMPRESSION_TYPE') return 'codec';
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return 'topic';
  if (TLS.test(code) || TLS_SAID.test(message)) return 'tls';
  if (NETWORK.test(code) || NETWORK_SAID.test(message) || /KafkaJSConnection|RequestTimeout/.test(name)) {
    return 'unreachable';
  }
  return undefined;
}
