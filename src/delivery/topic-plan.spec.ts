import { kafkaOptions } from './kafka-options';
import { allTopics, topicConfig, topicFaults, wantedTopic } from './topic-plan';

const options = kafkaOptions({ brokers: [], partitions: 12, retentionMs: 1000, auditRetentionMs: 2000 });

test('what a topic should be follows from the options; the one of sessions is compacted', () => {
  expect(allTopics(options)).toContain('rapport.dead-letter');
  expect(wantedTopic('rapport.results', options)).toEqual({
    ...{ name: 'rapport.results', partitions: 12, cleanup: 'delete', retentionMs: 1000 },
  });
  expect(wantedTopic('rapport.audit', { ...options, replication: 2 })).toMatchObject({
    replication: 2,
    retentionMs: 2000,
  });
  expect(wantedTopic('rapport.sessions', options)).toEqual({
    ...{ name: 'rapport.sessions', partitions: 12, cleanup: 'compact' },
  });
});

test('a write is on two brokers at least where there are three copies', () => {
  const wanted = wantedTopic('rapport.results', options);
  expect(topicConfig(wanted, 2)).toEqual({ 'cleanup.policy': 'delete', 'retention.ms': '1000' });
  expect(topicConfig(wanted, 3)).toMatchObject({ 'min.insync.replicas': '2' });
});

test('every difference is named with topic, value and wanted value', () => {
  const wanted = wantedTopic('rapport.results', { ...options, replication: 3 });
  const config = { 'cleanup.policy': 'delete', 'retention.ms': '1000', 'min.insync.replicas': '2' };
  const right = { name: 'rapport.results', partitions: 12, replication: 3, config };
  expect(topicFaults(wanted, right)).toEqual([]);
  expect(topicFaults(wanted, undefined)).toEqual([
    'rapport.results is missing; wanted: 12 partitions, replication factor 3, cleanup.policy delete',
  ]);
  const other = { 'cleanup.policy': 'compact', 'retention.ms': '5', 'min.insync.replicas': '1' };
  expect(topicFaults(wanted, { ...right, partitions: 1, config: other })).toEqual([
    'rapport.results: partitions is 1, wanted 12',
    'rapport.results: cleanup.policy is compact, wanted delete',
    'rapport.results: retention.ms is 5, wanted 1000',
    'rapport.results: min.insync.replicas is 1, wanted 2',
  ]);
  expect(topicFaults(wanted, { ...right, replication: 1 })).toEqual([
    'rapport.results: replication factor is 1, wanted 3',
  ]);
  // As many as there were brokers when it was made is as good as any.
  const free = wantedTopic('rapport.results', options);
  expect(topicFaults(free, { ...right, replication: 1, config: { ...config, 'min.insync.replicas': '1' } })).toEqual(
    [],
  );
});
