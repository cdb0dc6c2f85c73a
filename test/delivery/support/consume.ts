import { Kafka, logLevel } from 'kafkajs';

export interface Consumed {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: string;
  /** The value as it came. */
  readonly bytes: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** After so many looks, a second apart, without a record reading has failed. A process that was stopped looks once more. */
const MAX_EMPTY_LOOKS = 30;

/** Everything in these topics, partition by partition in order, read up to where they end now. */
export async function consumeAll(brokers: readonly string[], topics: readonly string[]): Promise<Consumed[]> {
  const consumed: Consumed[] = [];
  await consumeEach(brokers, topics, (record) => consumed.push(record));
  return consumed;
}

/** The same, without keeping it. Gives how many there were. */
export async function consumeEach(
  brokers: readonly string[],
  topics: readonly string[],
  onRecord: (record: Consumed) => void,
): Promise<number> {
  const retry = { retries: 20, maxRetryTime: 1_000 };
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry });
  const end = await recordsIn(kafka, topics);
  if (end === 0) return 0;
  const consumer = kafka.consumer({ groupId: `test-${Date.now()}-${Math.random()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  let read = 0;
  await new Promise<void>((resolve, reject) => {
    let emptyLooks = 0;
    const looks = setInterval(() => {
      emptyLooks += 1;
      if (emptyLooks < MAX_EMPTY_LOOKS) return;
      clearInterval(looks);
      reject(new Error(`read ${read} of ${end} records`));
    }, 1_000);
    const run = consumer.run({
      eachBatch: async ({ batch: { topic, partition, messages } }) => {
        emptyLooks = 0;
        for (const { key, value, headers = {} } of messages) {
          const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]));
          onRecord({ topic, partition, key: String(key), value: String(value), bytes: value, headers: texts });
          read += 1;
        }
        if (read < end) return;
        clearInterval(looks);
        resolve();
      },
    });
    run.catch(reject);
  });
  await consumer.disconnect();
  return read;
}

async function recordsIn(kafka: Kafka, topics: readonly string[]): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    // Just after a start a broker says for a moment that it leads nothing.
    for (let attempt = 0; ; attempt += 1) {
      try {
        let sum = 0;
        for (const topic of topics) {
          for (const { high, low } of await admin.fetchTopicOffsets(topic)) sum += Number(high) - Number(low);
        }
        return sum;
      } catch (error) {
        if (attempt === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  } finally {
    await admin.disconnect();
  }
}
