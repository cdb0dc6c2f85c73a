import { EVENTS, type EventType, TOPICS } from '@rapport-live/protocol';
import { RESULT_SINK, type ResultSink } from '../../src/delivery/result-sink';
import { consumeAll, type Consumed } from '../delivery/support/consume';
import { AsyncApi } from '../support/asyncapi';
import { makeCall, sampleStills } from '../support/call';
import { expectWhole, type HeardSession } from '../support/heard-session';
import { eventually } from '../support/eventually';
import { holdCall } from '../support/hold-call';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { readLog } from '../support/local-log';
import { type RunningService, startService } from '../support/service';
import { joined, silence, tone } from '../support/sound';

const available = kafkaAvailable();
const withKafka = available.ok ? describe : describe.skip;
const CALL = makeCall({
  voices: [
    { party: 'customer', samples: joined(tone(4000), silence(2000)) },
    { party: 'agent', samples: joined(silence(4000), tone(1000, 95), silence(1000)) },
  ],
  stills: { party: 'customer', jpegs: sampleStills(12), everyMs: 500 },
  chat: [{ party: 'customer', ptsMs: 2000, text: 'card 4111 1111 1111 1111' }],
});
const FAST = { pace: 2, speed: 10 };

withKafka(
  available.ok ? 'the service with a real Kafka' : `the service with a real Kafka (skipped: ${available.reason})`,
  () => {
    let kafka: KafkaCluster;
    let service: RunningService;
    let sessions: HeardSession[];
    let consumed: Consumed[];
    let log: Awaited<ReturnType<typeof readLog>>;
    let metrics: string;
    let readiness: { details: { kafka: object } };

    beforeAll(async () => {
      kafka = await startKafka();
      service = await startService({ kafkaBrokers: kafka.brokers });
      sessions = await Promise.all([holdCall(service, CALL, FAST), holdCall(service, CALL, FAST)]);
      log = await readLog(service.config.dataDir);
      const sink = service.app.get<ResultSink>(RESULT_SINK);
      await eventually(() => sink.status().lagRecords === 0);
      metrics = await (await fetch(`${service.http}/metrics`)).text();
      readiness = (await (await fetch(`${service.http}/readyz`)).json()) as typeof readiness;
      await service.app.close();
      consumed = await consumeAll(kafka.brokers, TOPICS);
    }, 240_000);

    afterAll(async () => {
      await service?.close();
      await kafka?.stop();
    });

    it('has every record of the local log once, with the same id and the same JSON', () => {
      for (const heard of sessions) expectWhole(heard, 'development');
      expect(log).toHaveLength(sessions[0]!.results.length + sessions[1]!.results.length);
      expect(consumed.map(({ headers }) => headers.ce_id).sort()).toEqual(log.map(({ event }) => event.id).sort());
      const byId = new Map(consumed.map((record) => [record.headers.ce_id, record]));
      for (const { event, topic, seq } of log) {
        const record = byId.get(event.id)!;
        expect(JSON.parse(record.value)).toEqual(event.data);
        expect([record.topic, record.headers.rapport_seq]).toEqual([topic, String(seq)]);
      }
    });

    it('tells lag, age and dead letters in metrics and readiness', () => {
      expect(metrics).toContain('\nrapport_kafka_lag_records 0\n');
      expect(metrics).toContain('\nrapport_kafka_oldest_unacked_seconds 0\n');
      for (const reason of ['too_large', 'invalid', 'unknown_topic']) {
        expect(metrics).toContain(`\nrapport_kafka_dead_lettered_total{reason="${reason}"} 0\n`);
      }
      expect(readiness.details.kafka).toEqual({
        ...{ status: 'up', configured: true, connected: true, isLate: false, lagRecords: 0, oldestUnackedMs: 0 },
        ...{ deadLettered: { too_large: 0, invalid: 0, unknown_topic: 0 }, topicFaults: [] },
      });
    });

    it('has the session as the key, and the envelope in the headers', () => {
      for (const { key, headers } of consumed) {
        expect(key).toBe(`development/${headers.ce_subject}`);
        expect(headers).toMatchObject({
          'content-type': 'application/json',
          ce_specversion: '1.0',
          ce_source: 'urn:rapport:service',
          ce_tenant: 'development',
          ce_partitionkey: key,
          ce_dataschema: `urn:rapport:schema:${headers.ce_type}:${EVENTS[headers.ce_type as EventType].version}`,
        });
        expect(Date.parse(headers.ce_time!)).not.toBeNaN();
      }
      expect(new Set(consumed.map(({ key }) => key))).toEqual(
        new Set(sessions.map(({ sessionId }) => `development/${sessionId}`)),
      );
      expect(JSON.stringify(consumed)).not.toMatch(/4111 ?1111/);
    });

    it('has what the AsyncAPI document says, in headers and data', () => {
      const api = new AsyncApi();
      for (const { topic, headers, value } of consumed) {
        const type = headers.ce_type!;
        expect(api.messagesOf(topic, 'send')).toContain(type);
        expect([type, api.faults(type, 'headers', headers)]).toEqual([type, undefined]);
        expect([type, api.faults(type, 'payload', JSON.parse(value))]).toEqual([type, undefined]);
      }
    });

    it('keeps the order of each session within a topic, in one partition', () => {
      for (const { sessionId } of sessions) {
        for (const topic of new Set(consumed.map((record) => record.topic))) {
          const records = consumed.filter((r) => r.topic === topic && r.headers.ce_subject === sessionId);
          const seqs = records.map(({ headers }) => Number(headers.rapport_seq));
          expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
          expect(new Set(records.map(({ partition }) => partition)).size).toBeLessThanOrEqual(1);
        }
      }
      const types = new Set(consumed.map(({ topic, headers }) => `${topic} ${headers.ce_type}`));
      expect([...types].sort()).toEqual([
        'rapport.results rapport.window.assessed',
        'rapport.sessions rapport.session.ended',
        'rapport.sessions rapport.session.started',
        'rapport.transcripts rapport.transcript.final',
      ]);
    });
  },
);
