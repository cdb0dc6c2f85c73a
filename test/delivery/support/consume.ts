import { Kafka, logLevel } from 'kafkajs';

export interface Consumed {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Everything in these topics, partition by partition in order, read up to where they end now. */
export async function consumeAll(brokers: readonly string[], topics: readonly string[]): Promise<Consumed[]> {
  const kafka = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 20, maxRetryTime: 1_000 },
  });
  const admin = kafka.admin();
  await admin.connect();
  const ends = async (): Promise<number> => {
    let sum = 0;
    for (const topic of topics) for (const { high } of await admin.fetchTopicOffsets(topic)) sum += Number(high);
    return sum;
  };
  // Just after a start a broker says for a moment that it leads nothing.
  let wanted: number | undefined;
  for (let attempt = 0; wanted === undefined; attempt += 1) {
    wanted = await ends().catch(async (error: unknown) => {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return undefined;
    });
  }
  const end = wanted;
  await admin.disconnect();

  const consumed: Consumed[] = [];
  if (end === 0) return consumed;
  const consumer = kafka.consumer({ groupId: `test-${Date.now()}-${Math.random()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const timeout = setTimeout(() => reject(new Error(`read ${consumed.length} of ${end} records`)), 30_000);
    const eachMessage = async ({ topic, partition, message }: ConsumedMessage): Promise<void> => {
      const headers = Object.fromEntries(Object.entries(message.headers ?? {}).map(([k, v]) => [k, String(v)]));
      consumed.push({ topic, partition, key: String(message.key), value: String(message.value), headers });
      if (consumed.length < end) return;
      clearTimeout(timeout);
      resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return consumed;
}

interface ConsumedMessage {
  topic: string;
  partition: number;
  message: { key: Buffer | null; value: Buffer | null; headers?: Record<string, unknown> };
}
