import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import type { Producer } from 'kafkajs';
import { toCloudEvent } from '../../src/delivery/cloud-event';
import { toKafkaMessage } from '../../src/delivery/kafka-message';
import { session } from '../delivery/support/results';
import { eventually } from '../support/eventually';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { connectProducer, expectedId, message } from './support/made-events';

const available = kafkaAvailable();
const withKafka = available.ok ? describe : describe.skip;
const EXAMPLES = join(__dirname, '../../packages/consumer/examples');

/** One of the examples as a process of its own, as its first lines say it is run. */
class Example {
  stdout = '';
  stderr = '';
  readonly ended: Promise<number | NodeJS.Signals | null>;
  private readonly child: ChildProcess;

  constructor(name: string, args: readonly string[]) {
    this.child = spawn(process.execPath, [join(EXAMPLES, name), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout!.on('data', (data) => (this.stdout += String(data)));
    this.child.stderr!.on('data', (data) => (this.stderr += String(data)));
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(signal ?? code)));
  }

  end(signal: 'SIGINT' | 'SIGKILL'): Promise<number | NodeJS.Signals | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

withKafka(available.ok ? 'the examples' : `the examples (skipped: ${available.reason})`, () => {
  let kafka: KafkaCluster;
  let producer: Producer;
  let folder: string;
  const programs: Example[] = [];
  const started = (name: string, args: readonly string[]): Example => {
    programs.push(new Example(name, args));
    return programs.at(-1)!;
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rapport-examples-'));
    kafka = await startKafka();
    producer = await connectProducer(kafka.brokers);
  }, 240_000);
  afterAll(async () => {
    await Promise.all(programs.map((program) => program.end('SIGKILL')));
    await producer?.disconnect();
    await kafka?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** RAPPORT_TEST_CONSUMER_KILLS: how often the program is killed with -9 while it works. */
  it('to-database counts each event exactly once, killed with -9 again and again', async () => {
    const kills = Number(process.env.RAPPORT_TEST_CONSUMER_KILLS ?? 3);
    const file = join(folder, 'counts.db');
    let starts = 0;
    // a group of its own each time: else the broker waits 30 s for the dead member, and the database says where to go on
    const start = (): Example => {
      const group = `counts-${(starts += 1)}`;
      const args = ['--brokers', kafka.brokers.join(), '--file', file, '--topics', 'rapport.results', '--group', group];
      return started('to-database.mjs', args);
    };
    const expected = new Set<string>();
    let sent = 0;
    const send = async (from: number, to: number): Promise<void> => {
      const numbers = Array.from({ length: to - from }, (_, i) => from + i);
      for (const n of numbers) expected.add(expectedId(n % 7, n));
      const messages = numbers.map((n) => message(n % 7, n));
      sent += messages.length + 1;
      await producer.send({ topic: 'rapport.results', messages: [...messages, messages[0]!] }); // one of them twice
    };
    const counts = (): { records: number; events: number; ids: string[] } => {
      const db = new Database(file, { readonly: true });
      try {
        const one = (sql: string): number => Number(Object.values(db.prepare(sql).get() as object)[0] ?? 0);
        const ids = (db.prepare('SELECT id FROM seen').all() as { id: string }[]).map(({ id }) => id);
        return {
          ...{ records: one('SELECT SUM(position + 1) FROM positions') },
          ...{ events: one('SELECT SUM(events) FROM counts'), ids },
        };
      } finally {
        db.close();
      }
    };

    await send(0, 1_000);
    let program = start();
    await eventually(() => program.stdout.includes('records'));
    for (let kill = 0; kill < kills; kill += 1) {
      await send(1_000 + kill * 1_000, 2_000 + kill * 1_000);
      const lines = program.stdout.length;
      await eventually(() => program.stdout.length > lines || program.stderr !== '');
      expect(await program.end('SIGKILL')).toBe('SIGKILL');
      program = start();
    }
    await eventually(() => counts().records >= sent || program.stderr !== '');
    expect(await program.end('SIGINT')).toBe(0);
    const { records, events, ids } = counts();
    expect(program.stderr).toBe('');
    expect([...ids].sort()).toEqual([...expected].sort());
    console.log(`to-database: ${kills} kills, ${records} records, ${events} counted, ${expected.size} expected`);
    expect({ records, events }).toEqual({ records: sent, events: expected.size });
  }, 120_000);

  it('to-console prints what was said and what was raised', async () => {
    const program = started('to-console.mjs', ['--brokers', kafka.brokers.join(), '--from', '2026-01-01T00:00:00Z']);
    const identity = session(3);
    const said = (text: string, startMs: number, type = 'rapport.transcript.final', data: object = {}) => {
      const made = { type, naturalKey: [text], data: { party: 'customer', text, startMs, ...data } };
      return toKafkaMessage({ seq: 1, topic: '', event: toCloudEvent(identity, made as never, new Date()) });
    };
    await producer.send({
      topic: 'rapport.transcripts',
      messages: [{ ...said('Where is my refund?', 0), partition: 0 }],
    });
    const alert = said('', 1, 'rapport.alert.raised', { severity: 'warning', ruleId: 'frustration' });
    await producer.send({ topic: 'rapport.alerts', messages: [{ ...alert, partition: 0 }] });
    const shown = ['000003 customer: Where is my refund?\n', '000003 ALERT warning: frustration\n'];
    await eventually(() => shown.every((line) => program.stdout.includes(line)) || program.stderr !== '');
    expect(await program.end('SIGINT')).toBe(0);
    expect(program.stderr).toBe('');
    for (const line of shown) expect(program.stdout).toContain(line);
  }, 60_000);
});
