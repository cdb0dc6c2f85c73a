import { KafkaClient } from '../../../src/delivery/kafka-client';
import { KafkaOffset } from '../../../src/delivery/kafka-offset';
import { type KafkaOptions, kafkaOptions } from '../../../src/delivery/kafka-options';
import { KafkaSink, type SinkParts } from '../../../src/delivery/kafka-sink';
import type { Outbox } from '../../../src/delivery/outbox';
import type { ResultSink, SinkStatus } from '../../../src/delivery/result-sink';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const started: KafkaSink[] = [];

/** After each test, so that one that failed leaves nothing behind. */
export async function stopSinks(): Promise<void> {
  await Promise.all(started.splice(0).map((sink) => sink.stop()));
}

/** The real client and sink over an outbox, with shorter waits. */
export function sinkFor(
  outbox: Outbox,
  dir: string,
  brokers: readonly string[],
  given: Partial<KafkaOptions> = {},
  parts: Partial<SinkParts> = {},
): KafkaSink {
  const options = kafkaOptions({ minBackoffMs: 50, maxBackoffMs: 500, stopTimeoutMs: 1_000, ...given, brokers });
  const producer = new KafkaClient(options, {
    told: (line) => sink.told(line),
    topicsDiffer: (faults) => sink.topicsDiffer(faults),
  });
  const sink: KafkaSink = new KafkaSink(
    { outbox, offset: new KafkaOffset(dir, outbox.logId), producer, ...parts },
    options,
  );
  started.push(sink);
  return sink;
}

export async function delivered(sink: ResultSink, withinMs = 45_000): Promise<void> {
  await until(sink, ({ lagRecords }) => lagRecords === 0, withinMs);
}

/** Waits for a status; fails with the one there is. */
export async function until(sink: ResultSink, is: (status: SinkStatus) => boolean, withinMs = 20_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!is(sink.status())) {
    if (Date.now() > deadline) throw new Error(`not so: ${JSON.stringify(sink.status())}`);
    await sleep(10);
  }
}

/** What the sink writes into the log. */
export function keptLog() {
  const lines: unknown[][] = [];
  const line =
    (kind: string) =>
    (...told: unknown[]): void =>
      void lines.push([kind, ...told]);
  const log = {
    trouble: line('trouble'),
    recovered: line('recovered'),
    topicFaults: line('topicFaults'),
    refused: line('refused'),
  };
  return { lines, log };
}
