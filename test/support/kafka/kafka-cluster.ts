import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kafkaAvailable } from './jars';
import { KafkaNode } from './kafka-node';

const FOLDER = 'rapport-kafka-';

/** A real Kafka (KRaft) on loopback, with its data in a folder that goes away with it. */
export interface KafkaCluster {
  readonly brokers: readonly string[];
  /** kill -9. */
  kill(id: number): Promise<void>;
  /** Brings a node back with its data, on its old port; resolves when it serves. */
  start(id: number): Promise<void>;
  stop(): Promise<void>;
}

/** One node or three, numbered from 1. Ready in 2-8 s; the very first time 15 s more, for the archive of loaded classes. */
export async function startKafka(count: 1 | 3 = 1): Promise<KafkaCluster> {
  const available = kafkaAvailable();
  if (!available.ok) throw new Error(available.reason);
  const archive = `${available.jars}.jsa`;
  if (!existsSync(archive)) {
    // Java's class data sharing takes two thirds off the processor time of every later start.
    const partial = `${archive}.${process.pid}`;
    const once = await startNodes(available.jars, 1, [`-XX:ArchiveClassesAtExit=${partial}`]);
    await once.nodes[0]!.end('SIGTERM');
    await once.stop();
    if (existsSync(partial)) renameSync(partial, archive);
  }
  const { nodes, stop } = await startNodes(
    available.jars,
    count,
    existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : [],
  );
  const node = (id: number): KafkaNode => {
    const found = nodes.find((n) => n.id === id);
    if (found === undefined) throw new Error(`there is no Kafka node ${id}`);
    return found;
  };
  return {
    brokers: nodes.map(({ port }) => `127.0.0.1:${port}`),
    kill: (id) => node(id).end('SIGKILL'),
    start: (id) => node(id).start(),
    stop,
  };
}

async function startNodes(jars: string, count: number, jvm: readonly string[]) {
  removeAbandoned();
  const root = mkdtempSync(join(tmpdir(), FOLDER));
  writeFileSync(join(root, 'owner.pid'), String(process.pid));
  const ports = await freePorts(count * 2);
  // Few resources and a quick start: client compiler only, a small heap.
  const javaArgs = [
    ...[
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-Xshare:auto',
      '-Xlog:disable',
      '-Xlog:all=error:stderr',
    ],
    ...['-Djava.net.preferIPv4Stack=true', '-Djava.awt.headless=true', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'],
    '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
    ...jvm,
    ...['-cp', join(jars, '*')],
  ];
  const nodes = Array.from({ length: count }, (_, i) => {
    return new KafkaNode(i + 1, ports[i]!, ports[count + i]!, join(root, `node-${i + 1}`), javaArgs);
  });
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.end('SIGKILL')));
    rmSync(root, { recursive: true, force: true });
  };
  try {
    const cluster = randomBytes(16).toString('base64url').replace(/^-/, 'A');
    await Promise.all(
      nodes.map(async (node) => {
        mkdirSync(join(node.dir, 'data'), { recursive: true });
        writeFileSync(node.configFile, properties(node, nodes));
        const format = ['kafka.tools.StorageTool', 'format', '--cluster-id', cluster, '--config', node.configFile];
        await promisify(execFile)('java', [...javaArgs, ...format]);
      }),
    );
    await Promise.all(nodes.map((node) => node.start()));
    return { nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function properties(node: KafkaNode, nodes: readonly KafkaNode[]): string {
  const replicas = Math.min(3, nodes.length);
  const inSync = replicas === 1 ? 1 : 2;
  const own = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': nodes.map((n) => `${n.id}@127.0.0.1:${n.controllerPort}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(node.dir, 'data'),
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
  };
  const lines = Object.entries(own).map(([name, value]) => `${name}=${value}\n`);
  return readFileSync(join(__dirname, 'server.properties'), 'utf8') + lines.join('');
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Folders of clusters whose starter was killed before it could remove them. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(FOLDER))) {
    try {
      process.kill(Number(readFileSync(join(tmpdir(), name, 'owner.pid'), 'utf8')), 0);
    } catch (error) {
      const isOwnerDead = (error as NodeJS.ErrnoException).code === 'ESRCH';
      if (isOwnerDead) rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}
