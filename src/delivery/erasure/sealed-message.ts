import { randomBytes } from 'node:crypto';
import type { CloudEvent } from '@rapport-live/protocol';
import type { EncodeEvent } from '../event-encoding';
import type { KafkaMessage } from '../kafka-message';
import { type DataKeys, encrypt } from './data-keys';

/** What encrypted data says of itself in `content-type`, before what it is when decrypted: `+json` or `+avro`. */
const ENCRYPTED = 'application/vnd.rapport.encrypted';

/**
 * Encrypts the value of each record by its customer's key, where the event names one. With the key destroyed it takes one
 * that nobody has: the record has its place in the topic, and nobody reads it.
 */
export function sealing(encode: EncodeEvent, keys: Pick<DataKeys, 'keyOf'>): EncodeEvent {
  return (record) => {
    const message = encode(record);
    if (message instanceof Promise) return message.then((made) => seal(made, record.event, keys));
    return seal(message, record.event, keys);
  };
}

function seal(
  message: KafkaMessage,
  { datakey, id }: Pick<CloudEvent, 'datakey' | 'id'>,
  keys: Pick<DataKeys, 'keyOf'>,
): KafkaMessage {
  const { value, headers } = message;
  if (datakey === undefined || value === null) return message;
  const key = keys.keyOf(datakey) ?? randomBytes(32);
  const subtype = headers['content-type']!.split('/')[1]!;
  return {
    ...message,
    value: encrypt(key, value, id),
    headers: { ...headers, 'content-type': `${ENCRYPTED}+${subtype}` },
  };
}
