import { spawnSync } from 'node:child_process';
import type { Producer } from 'kafkajs';
import { toCloudEvent } from '../../src/delivery/cloud-event';
import { toKafkaMessage } from '../../src/delivery/kafka-message';
import { session } from '../delivery/support/results';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { connectProducer } from './support/made-events';

const available = kafkaAvailable();
const hasKcat = spawnSync('kcat', ['-V']).error === undefined;
const skipped = !available.ok ? available.reason : hasKcat ? undefined : 'no kcat';
const withKcat = skipped === undefined ? describe : describe.skip;

/** One record as `kcat -J` prints it. */
interface Printed {
  readonly topic: string;
  readonly key: string;
  readonly headers: readonly string[];
  readonly payload: string | null;
}

/** A second implementation, librdkafka, sees what is documented. */
withKcat(skipped === undefined ? 'kcat' : `kcat (skipped: ${skipped})`, () => {
  let kafka: KafkaCluster;
  let producer: Producer;
  beforeAll(async () => {
    kafka = await startKafka();
    producer = await connectProducer(kafka.brokers);
  }, 240_000);
  afterAll(async () => {
    await producer?.disconnect();
    await kafka?.stop();
  });

  const kcat = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('kcat', ['-b', kafka.brokers.join(), '-e', '-q', ...args], { encoding: 'utf8' }); // prettier-ignore
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };

  it('reads keys, headers and JSON as docs/events.md has them', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const identity = { ...session(1), traceparent };
    const result = { type: 'rapport.session.updated', naturalKey: ['gap', 1], data: { kind: 'gap', mediaMs: 1, detail: { note: 'ü €' } } } as const; // prettier-ignore
    const event = toCloudEvent(identity, result, new Date('2026-11-28T09:00:00.013Z'));
    const { key, value, headers } = toKafkaMessage({ seq: 3, topic: 'rapport.results', event });
    await producer.send({ topic: 'rapport.results', messages: [{ key, value, headers, partition: 0 }] });

    const lines = kcat('-C', '-t', 'rapport.results', '-o', 'beginning', '-J').trim().split('\n');
    const [printed] = lines.map((line) => JSON.parse(line) as Printed);
    expect(lines).toHaveLength(1);
    expect(printed!.key).toBe(`acme/${identity.sessionId}`);
    expect(JSON.parse(printed!.payload!)).toEqual(result.data);
    const pairs = Array.from({ length: printed!.headers.length / 2 }, (_, i) =>
      printed!.headers.slice(2 * i, 2 * i + 2),
    );
    expect(Object.fromEntries(pairs)).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_source: 'urn:rapport:service',
      ce_type: 'rapport.session.updated',
      ce_subject: identity.sessionId,
      ce_time: '2026-11-28T09:00:00.013Z',
      ce_dataschema: 'urn:rapport:schema:rapport.session.updated:1',
      ce_tenant: 'acme',
      ce_partitionkey: `acme/${identity.sessionId}`,
      ce_traceparent: traceparent,
      traceparent,
      rapport_seq: '3',
    });
  });

  it('reads an erased session as a record without a value', async () => {
    const event = toCloudEvent(session(2), { type: 'rapport.session.erased', naturalKey: ['erased'], data: {} }, new Date()); // prettier-ignore
    const { key, value, headers } = toKafkaMessage({ seq: 1, topic: 'rapport.sessions', event });
    await producer.send({ topic: 'rapport.sessions', messages: [{ key, value, headers, partition: 0 }] });
    expect(kcat('-C', '-t', 'rapport.sessions', '-o', 'beginning', '-f', '%k %S\n')).toBe(`${key} -1\n`);
  });
});
