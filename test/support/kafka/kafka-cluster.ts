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
import { BrokerProxy } from './broker-proxy';
import { kafkaAvailable } from './jars';
import { KafkaNode } from './kafka-node';
import { makeSecurity, type Security } from './secured';

const FOLDER = 'rapport-kafka-';

export interface ClusterOptions {
  /** Listeners with SASL over TLS and with client certificates, beside the plain one. */
  readonly secured?: boolean;
  /** Clients are led through a proxy before each broker. */
  readonly proxied?: boolean;
  /** As fast as it can, with more memory: for measurements. */
  readonly bench?: boolean;
}

/** A real Kafka (KRaft) on loopback, with its data in a folder that goes away with it. */
export interface KafkaCluster {
  readonly brokers: readonly string[];
  /** Process ids by node, from the first. */
  readonly pids: readonly number[];
  /** Of their logs, by node, from the first. */
  readonly dataDirs: readonly string[];
  /** With `secured`. */
  readonly security: Security & { readonly saslBrokers: readonly string[]; readonly mtlsBrokers: readonly string[] };
  /** With `proxied`, by node, from the first. */
  readonly proxies: readonly BrokerProxy[];
  /** kill -9. */
  kill(id: number): Promise<void>;
  /** Brings a node back with its data, on its old port; resolves when it serves. */
  start(id: number): Promise<void>;
  /** The process stands still, its connections open, until `resume`. */
  pause(id: number): void;
  resume(id: number): void;
  stop(): Promise<void>;
}

/** One node or three, numbered from 1. Ready in 2-8 s; the very first time 15 s more, for the archive of loaded classes. */
export async function startKafka(count: 1 | 3 = 1, options: ClusterOptions = {}): Promise<KafkaCluster> {
  const available = kafkaAvailable();
  if (!available.ok) throw new Error(available.reason);
  const archive = `${available.jars}.jsa`;
  if (!existsSync(archive)) {
    // Java's class data sharing takes two thirds off the processor time of every later start.
    const partial = `${archive}.${process.pid}`;
    const once = await startNodes(available.jars, 1, [...QUICK, `-XX:ArchiveClassesAtExit=${partial}`], {});
    await once.nodes[0]!.end('SIGTERM');
    await once.stop();
    if (existsSync(partial)) renameSync(partial, archive);
  }
  const shared = existsSync(archive) && options.bench !== true ? [`-XX:SharedArchiveFile=${archive}`] : [];
  const jvm = [...(options.bench === true ? FAST : QUICK), ...shared];
  const { nodes, security, proxies, stop } = await startNodes(available.jars, count, jvm, options);
  const node = (id: number): KafkaNode => {
    const found = nodes.find((n) => n.id === id);
    if (found === undefined) throw new Error(`there is no Kafka node ${id}`);
    return found;
  };
  const address = (port: number): string => `127.0.0.1:${port}`;
  return {
    brokers: nodes.map(({ ports }) => address(ports.advertised)),
    pids: nodes.map(({ pid }) => pid),
    dataDirs: nodes.map(({ dir }) => join(dir, 'data')),
    get security() {
      if (security === undefined) throw new Error('this cluster is not secured');
      const saslBrokers = nodes.map(({ ports }) => address(ports.sasl));
      return { ...security, saslBrokers, mtlsBrokers: nodes.map(({ ports }) => address(ports.mtls)) };
    },
    proxies,
    kill: (id) => node(id).end('SIGKILL'),
    start: (id) => node(id).start(),
    pause: (id) => node(id).signal('SIGSTOP'),
    resume: (id) => node(id).signal('SIGCONT'),
    stop,
  };
}

/** Few resources and a quick start: client compiler only, a small heap, and classes are not verified (4.1 s CPU a start, 2.6 so). */
const QUICK = [
  ...['-XX:+UnlockDiagnosticVMOptions', '-XX:-BytecodeVerificationRemote'],
  ...['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'],
];
const FAST = ['-Xmx1g', '-XX:+UseG1GC'];

async function startNodes(jars: string, count: number, jvm: readonly string[], options: ClusterOptions) {
  removeAbandoned();
  const root = mkdtempSync(join(tmpdir(), FOLDER));
  writeFileSync(join(root, 'owner.pid'), String(process.pid));
  const free = await freePorts(count * 5);
  const javaArgs = [
    ...['-Xlog:disable', '-Xlog:all=error:stderr'],
    ...['-Djava.net.preferIPv4Stack=true', '-Djava.awt.headless=true', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'],
    '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
    ...jvm,
    ...['-cp', join(jars, '*')],
  ];
  const nodes = Array.from({ length: count }, (_, i) => {
    const [plain, controller, sasl, mtls, proxy] = free.slice(i * 5) as [number, number, number, number, number];
    const ports = { plain, controller, sasl, mtls, advertised: options.proxied === true ? proxy : plain };
    return new KafkaNode(i + 1, ports, join(root, `node-${i + 1}`), javaArgs);
  });
  const security = options.secured === true ? makeSecurity() : undefined;
  const proxies: BrokerProxy[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all([...proxies.map((proxy) => proxy.close()), ...nodes.map((node) => node.end('SIGKILL'))]);
    rmSync(root, { recursive: true, force: true });
  };
  try {
    if (options.proxied === true) {
      for (const { ports } of nodes) proxies.push(await BrokerProxy.listen(ports.advertised, ports.plain));
    }
    const cluster = randomBytes(16).toString('base64url').replace(/^-/, 'A');
    await Promise.all(
      nodes.map(async (node) => {
        mkdirSync(join(node.dir, 'data'), { recursive: true });
        writeFileSync(node.configFile, properties(node, nodes, security));
        const format = ['kafka.tools.StorageTool', 'format', '--cluster-id', cluster, '--config', node.configFile];
        await promisify(execFile)('java', [...javaArgs, ...format, ...(security?.formatArgs ?? [])]);
      }),
    );
    await Promise.all(nodes.map((node) => node.start()));
    return { nodes, security, proxies, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function properties(node: KafkaNode, nodes: readonly KafkaNode[], security: Security | undefined): string {
  const replicas = Math.min(3, nodes.length);
  const inSync = replicas === 1 ? 1 : 2;
  const { plain, controller, sasl, mtls, advertised } = node.ports;
  const at = (listener: string, port: number): string => `${listener}://127.0.0.1:${port}`;
  const secured = security === undefined ? [] : [at('SASL', sasl), at('MTLS', mtls)];
  const own = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': nodes.map((n) => `${n.id}@127.0.0.1:${n.ports.controller}`).join(','),
    listeners: [at('PLAINTEXT', plain), at('CONTROLLER', controller), ...secured].join(','),
    'advertised.listeners': [at('PLAINTEXT', advertised), ...secured].join(','),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_SSL,MTLS:SSL',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(node.dir, 'data'),
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    ...security?.properties(join(node.dir, 'tls')),
  };
  const lines = Object.entries(own).map(([name, value]) => `${name}=${value}\n`);
  return readFileSync(join(__dirname, 'server.properties'), 'utf8') + lines.join('');
}

/** Ports of this machine that nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
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
