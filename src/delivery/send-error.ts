import { ProducerBrokenError, type Refusal, RefusedError, UnknownTopicError } from './partition-producer';

/**
 * What the broker says when it no longer follows this producer's sequence numbers. After anything else (no connection,
 * retries used up) the same batch goes out again with the same producer, so that the broker can recognise it: giving
 * the producer up there doubled a batch at every kill of a broker.
 */
const BROKEN = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
]);

/** Of the records themselves: Kafka says the same however often it is asked. Nothing of the batch was written. */
const REFUSED: Readonly<Record<string, Refusal>> = {
  MESSAGE_TOO_LARGE: 'too_large',
  RECORD_LIST_TOO_LARGE: 'too_large',
  INVALID_RECORD: 'invalid',
  INVALID_TIMESTAMP: 'invalid',
};

/** A failed send as the sink tells them apart; whatever is none of these is tried again. */
export function asSendError(error: unknown): unknown {
  for (const { type, message } of causes(error)) {
    if (BROKEN.has(type)) return new ProducerBrokenError(message, { cause: error });
    if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return new UnknownTopicError(message, { cause: error });
    const refusal = REFUSED[type];
    if (refusal !== undefined) return new RefusedError(refusal, message, false, { cause: error });
  }
  return error;
}

const MAX_CAUSES = 8;

function causes(error: unknown): { type: string; message: string }[] {
  const found: { type: string; message: string }[] = [];
  for (let at = error; typeof at === 'object' && at !== null && found.length < MAX_CAUSES;) {
    const { type = '', message = '', cause } = at as { type?: string; message?: string; cause?: unknown };
    found.push({ type, message });
    at = cause === at ? undefined : cause;
  }
  return found;
}
