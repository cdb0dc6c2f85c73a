import { type Admin, Kafka, logLevel } from 'kafkajs';

/** With an admin client that tells nobody of its troubles. */
export async function withAdmin<T>(brokers: readonly string[], use: (admin: Admin) => Promise<T>): Promise<T> {
  // Short waits: kafkajs asks again for a topic that is gone, up to 10 s by itself.
  const retry = { initialRetryTime: 20, maxRetryTime: 100, retries: 10 };
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry }).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

interface MadeTopic {
  readonly topic: string;
  readonly numPartitions: number;
  readonly configEntries?: { name: string; value: string }[];
}

/** Resolves when the broker knows them: it answers before. */
export async function makeTopics(brokers: readonly string[], topics: readonly MadeTopic[]): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    await admin.createTopics({ waitForLeaders: false, topics: topics.map((topic) => ({ ...topic })) });
    const isThere = async (): Promise<boolean> => {
      const there = await admin.listTopics();
      return topics.every(({ topic }) => there.includes(topic));
    };
    while (!(await isThere())) await pause();
  });
}

/** Topics are the real ones: the next test must not find what this one left. Without names: all but Kafka's own. */
export async function removeTopics(brokers: readonly string[], names?: readonly string[]): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    const left = async (): Promise<string[]> => {
      const all = await admin.listTopics();
      return names === undefined ? all.filter((name) => !name.startsWith('__')) : all.filter((n) => names.includes(n));
    };
    for (let topics = await left(); topics.length > 0; topics = await left()) {
      // Some of them may be gone already, though they are still listed.
      await admin.deleteTopics({ topics }).catch(() => undefined);
      await pause();
    }
  });
}

/** Replaces what is set of a topic; resolves when the broker goes by it. */
export async function setTopicConfig(
  brokers: readonly string[],
  topic: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    const configEntries = Object.entries(values).map(([name, value]) => ({ name, value }));
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries }] });
  });
  for (;;) {
    const now = await topicConfigOf(brokers, topic, Object.keys(values));
    if (Object.entries(values).every(([name, value]) => now[name] === value)) return;
    await pause();
  }
}

export function topicConfigOf(
  brokers: readonly string[],
  topic: string,
  configNames: readonly string[],
): Promise<Record<string, string>> {
  return withAdmin(brokers, async (admin) => {
    const resources = [{ type: 2, name: topic, configNames: [...configNames] }];
    const described = await admin.describeConfigs({ includeSynonyms: false, resources });
    const entries = described.resources[0]!.configEntries.map((e) => [e.configName, e.configValue]);
    return Object.fromEntries(entries) as Record<string, string>;
  });
}
