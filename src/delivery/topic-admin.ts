import { sleep } from './backoff';
import type { KafkaOptions } from './kafka-options';
import { TopicFaultError } from './kafka-trouble';
import { topicConfig, topicFaults, wantedTopic } from './topic-plan';

/** How long a topic just made may take until every partition has a leader. */
const TOPIC_READY_MS = 15_000;
/** `ConfigResourceTypes.TOPIC` of the protocol. */
const TOPIC = 2;
const CHECKED = ['cleanup.policy', 'retention.ms', 'min.insync.replicas'];
const MAX_REPLICATION = 3;

interface TopicMetadata {
  readonly name: string;
  readonly partitions: readonly { readonly leader: number; readonly replicas: readonly unknown[] }[];
}

/** What of a Kafka admin client is used; `KafkaClient` gives it the real one. */
export interface Admin {
  listTopics(): Promise<string[]>;
  describeCluster(): Promise<{ brokers: readonly unknown[] }>;
  createTopics(request: {
    waitForLeaders: boolean;
    topics: {
      topic: string;
      numPartitions: number;
      replicationFactor: number;
      configEntries: { name: string; value: string }[];
    }[];
  }): Promise<boolean>;
  fetchTopicMetadata(request: { topics: string[] }): Promise<{ topics: readonly TopicMetadata[] }>;
  describeConfigs(request: {
    includeSynonyms: boolean;
    resources: { type: number; name: string; configNames: string[] }[];
  }): Promise<{
    resources: readonly {
      resourceName: string;
      configEntries: readonly { configName: string; configValue: string }[];
    }[];
  }>;
}

export interface EnsuredTopics {
  /** Of those that are there. */
  readonly partitions: ReadonlyMap<string, number>;
  /** How those that are there differ from what is wanted. */
  readonly faults: readonly string[];
}

/**
 * Makes, checks or only looks, as the options say. Topics that are not there are missing in the answer with `off`;
 * rejects with TopicFaultError where `check` finds anything.
 */
export async function ensureTopics(
  admin: Admin,
  names: readonly string[],
  options: KafkaOptions,
): Promise<EnsuredTopics> {
  const existing = new Set(await admin.listTopics());
  const before = names.filter((name) => existing.has(name));
  const missing = names.filter((name) => !existing.has(name));
  if (options.topics === 'check' && missing.length > 0) {
    throw new TopicFaultError(missing.flatMap((name) => topicFaults(wantedTopic(name, options), undefined)));
  }
  if (options.topics === 'create' && missing.length > 0) await create(admin, missing, options);
  const present = options.topics === 'create' ? names : before;
  const found = present.length === 0 ? [] : await withLeaders(admin, present);
  const partitions = new Map(found.map((topic) => [topic.name, topic.partitions.length]));
  if (options.topics === 'off' || before.length === 0) return { partitions, faults: [] };
  // Those just made are as wanted, and not every broker has heard of them yet.
  const faults = await compare(admin, before, found, options);
  if (options.topics === 'check' && faults.length > 0) throw new TopicFaultError(faults);
  return { partitions, faults };
}

/** Topics that somebody else made meanwhile are fine: createTopics then answers false. */
async function create(admin: Admin, names: readonly string[], options: KafkaOptions): Promise<void> {
  const { brokers } = await admin.describeCluster();
  const topics = names.map((name) => {
    const wanted = wantedTopic(name, options);
    const replicationFactor = wanted.replication ?? Math.min(MAX_REPLICATION, brokers.length);
    const config = Object.entries(topicConfig(wanted, replicationFactor));
    const configEntries = config.map(([key, value]) => ({ name: key, value }));
    return { topic: name, numPartitions: wanted.partitions, replicationFactor, configEntries };
  });
  // With true, kafkajs throws UNKNOWN_TOPIC_OR_PARTITION when it asks a broker that has not heard of the topic yet.
  await admin.createTopics({ waitForLeaders: false, topics }).catch((error: unknown) => {
    throw creationFault(error);
  });
}

/** kafkajs gives one error for all, with those of each topic in `errors`. */
function creationFault(error: unknown): unknown {
  const { errors = [] } = error as { errors?: readonly { topic?: string; type?: string; message: string }[] };
  const forbidden = errors.find(({ type }) => /_AUTHORIZATION_FAILED$/.test(type ?? ''));
  if (errors.length === 0 || forbidden !== undefined) return forbidden ?? error;
  return new TopicFaultError(errors.map(({ topic, message }) => `${topic} cannot be made: ${message}`));
}

async function compare(
  admin: Admin,
  names: readonly string[],
  found: readonly TopicMetadata[],
  options: KafkaOptions,
): Promise<string[]> {
  let configs: Map<string, Record<string, string>>;
  try {
    configs = await configsOf(admin, names);
  } catch (error) {
    // Looking is not worth stopping for where we may make topics but not look at them.
    if (options.topics === 'check') throw error;
    return [`topics could not be compared with what is wanted: ${(error as Error).message}`];
  }
  const topics = found.filter(({ name }) => names.includes(name));
  return topics.flatMap(({ name, partitions }) => {
    const config = configs.get(name) ?? {};
    const replication = partitions[0]!.replicas.length;
    return topicFaults(wantedTopic(name, options), { name, partitions: partitions.length, replication, config });
  });
}

async function configsOf(admin: Admin, names: readonly string[]): Promise<Map<string, Record<string, string>>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: TOPIC, name, configNames: CHECKED })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
}

async function withLeaders(admin: Admin, names: readonly string[]): Promise<readonly TopicMetadata[]> {
  const deadline = Date.now() + TOPIC_READY_MS;
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
      const isReady = topics.every(({ partitions }) => partitions.length > 0 && partitions.every((p) => p.leader >= 0));
      if (isReady) return topics;
      if (Date.now() > deadline) throw new Error('topics without a leader');
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(100);
  }
}
