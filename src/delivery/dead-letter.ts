import type { KafkaMessage } from './kafka-message';
import type { RefusedError } from './partition-producer';

/** Of Kafka's words, so that the headers stay small. */
const MAX_ERROR_CHARACTERS = 300;

/**
 * A refused record as the dead-letter topic gets it: key, value and headers as they were, and headers that say where
 * it should have gone and why it did not. It can be sent again from there without anything else.
 */
export function toDeadLetter(
  message: KafkaMessage,
  place: { readonly topic: string; readonly partition: number },
  refused: RefusedError,
  refusedAt: Date,
): KafkaMessage {
  return {
    ...message,
    headers: {
      ...message.headers,
      rapport_dlq_topic: place.topic,
      rapport_dlq_partition: String(place.partition),
      rapport_dlq_reason: refused.reason,
      rapport_dlq_error: refused.message.slice(0, MAX_ERROR_CHARACTERS),
      rapport_dlq_time: refusedAt.toISOString(),
    },
  };
}

/**
 * Of a dead letter that is itself refused: without its value, which is what can be too large or wrong. The value stays
 * in the local log, under `ce_id`. An empty value, never null: null would delete the key of a compacted topic.
 */
export function withoutValue(message: KafkaMessage): KafkaMessage {
  const headers = { ...message.headers, rapport_dlq_value_bytes: String(message.value?.length ?? 0) };
  return { ...message, value: Buffer.alloc(0), headers };
}

export function isDeadLetter({ headers }: KafkaMessage): boolean {
  return 'rapport_dlq_reason' in headers;
}

export function hasValue({ headers }: KafkaMessage): boolean {
  return !('rapport_dlq_value_bytes' in headers);
}
