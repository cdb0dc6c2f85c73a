export { RapportError, TOPICS } from '@rapport-live/protocol';
export { type ConsumerCounts, RapportConsumer } from './consumer';
export { DataKeyFolder, type DataKeySource } from './data-keys';
export {
  CONSUMER_BOUNDS,
  type ConsumerBounds,
  type ConsumerOptions,
  type DedupeOptions,
  type EventsOptions,
  type PartitionName,
  type StoredOffset,
  type Trouble,
} from './options';
export type {
  Delivered,
  EventIn,
  MalformedReason,
  MalformedRecord,
  Position,
  Received,
  ShreddedEvent,
  Tombstone,
  Topic,
} from './received';
export type { RegistryOptions } from './schema-registry';
