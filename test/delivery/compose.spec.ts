import { TOPICS } from '@rapport-live/protocol';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { KafkaClient } from '../../src/delivery/kafka-client';
import { kafkaOptions } from '../../src/delivery/kafka-options';
import { mounts, readCompose, ROOT } from '../support/compose';
import { kafkaAvailable, kafkaVersion } from '../support/kafka/jars';
import { freePorts } from '../support/kafka/kafka-cluster';
import { KafkaNode } from '../support/kafka/kafka-node';

const kafka = readCompose().services.kafka!;
/** Where the image looks for configuration of others. */
const MOUNTED = '/mnt/shared/config';
const PROPERTIES = 'test/support/kafka/server.properties';

test('docker-compose.yml pins the version that the tests run', () => {
  expect(kafka.image).toBe(`apache/kafka:${kafkaVersion()}`);
});

test("its broker is set up by the file of the tests' brokers, and by nothing that stands there", () => {
  expect(mounts(kafka)).toEqual([[`./${PROPERTIES}`, `${MOUNTED}/server.properties`]]);
  const properties = readFileSync(join(ROOT, PROPERTIES), 'utf8');
  for (const name of Object.keys(kafka.environment!)) {
    expect(properties).not.toContain(`\n${name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.')}=`);
  }
});

const available = kafkaAvailable();
(available.ok ? describe : describe.skip)(
  available.ok ? "the image's own set-up" : `the image's own set-up (skipped: ${available.reason})`,
  () => {
    let dir: string;
    let node: KafkaNode | undefined;
    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), 'rapport-compose-'));
    });
    afterAll(async () => {
      await node?.end('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    });

    test('joins the file and the variables, and a broker starts by it that our sink can use', async () => {
      const jars = available.ok ? available.jars : '';
      const java = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*')];
      for (const folder of ['default', 'mounted', 'node/data']) mkdirSync(join(dir, folder), { recursive: true });
      for (const file of ['server.properties', 'log4j2.yaml', 'tools-log4j2.yaml'])
        writeFileSync(join(dir, 'default', file), '');
      for (const [ours, its] of mounts(kafka)) copyFileSync(join(ROOT, ours), join(dir, 'mounted', basename(its)));
      const [host, internal, controller] = await freePorts(3);
      const local = (value: string | number): string =>
        String(value)
          .replaceAll(':9092', `:${host}`)
          .replaceAll(':19092', `:${internal}`)
          .replaceAll(':9093', `:${controller}`)
          .replaceAll('//kafka:', '//localhost:')
          .replaceAll('//:', '//localhost:')
          .replaceAll('/var/lib/kafka/data', join(dir, 'node/data'));
      const variables = Object.entries(kafka.environment!).map(([name, value]) => [name, local(value)] as const);
      // What the image's start script runs: kafka.docker.KafkaDockerWrapper, which is in Kafka's own jar.
      const setup = [
        ...['kafka.docker.KafkaDockerWrapper', 'setup', '--default-configs-dir', join(dir, 'default')],
        ...['--mounted-configs-dir', join(dir, 'mounted'), '--final-configs-dir', join(dir, 'node')],
      ];
      const env = { PATH: process.env.PATH, CLUSTER_ID: '4L6g3nShT-eMCtK--X86sw', ...Object.fromEntries(variables) };
      await promisify(execFile)('java', [...java, ...setup], { env });

      const lines = readFileSync(join(dir, 'node/server.properties'), 'utf8').split('\n');
      const wanted = readFileSync(join(ROOT, PROPERTIES), 'utf8')
        .split('\n')
        .filter((line) => /^[^#].*=/.test(line));
      expect(wanted.length).toBeGreaterThan(5);
      expect(lines).toEqual(expect.arrayContaining(wanted));
      for (const [name, value] of variables) {
        expect(lines).toContain(`${name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.')}=${value}`);
      }

      const ports = { plain: host!, controller: controller!, sasl: 0, mtls: 0, advertised: host! };
      node = new KafkaNode(1, ports, join(dir, 'node'), [
        '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
        ...java,
      ]);
      await node.start();
      const client = new KafkaClient(kafkaOptions({ brokers: [`localhost:${host}`], replication: 1 }));
      await client.connect();
      expect([...(await client.ensureTopics(TOPICS)).keys()].sort()).toEqual([...TOPICS].sort());
      await client.disconnect();
    }, 120_000);
  },
);
