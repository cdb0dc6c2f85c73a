// A consumer whose effects show every double: it writes a row for each event it is handed, and its position, into an SQLite
// file, up to 200 events in one transaction. Which ids came before is the library's business alone.
//
//   node test/consumer/support/effects.mjs BROKERS GROUP DATABASE FOLDER
import { RapportConsumer } from '@rapport-live/consumer';
import Database from 'libsql';

const [brokers, groupId, file, folder] = process.argv.slice(2);
const BATCH = 200;
const COMMIT_AFTER_MS = 100;

const db = new Database(file);
db.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS effects (id TEXT, seq INTEGER);
  CREATE TABLE IF NOT EXISTS positions (topic TEXT, part INTEGER, position INTEGER, PRIMARY KEY (topic, part));
`);
const write = db.prepare('INSERT INTO effects VALUES (?, ?)');
const advance = db.prepare(`
  INSERT INTO positions VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET position = excluded.position WHERE excluded.position > positions.position
`);
const waiting = [];
const commit = db.transaction(() => {
  for (const { id, seq, position } of waiting) {
    const { topic, partition, offset } = position;
    if (advance.run(topic, partition, offset).changes > 0) write.run(id, seq);
  }
});
function commitNow() {
  if (waiting.length === 0) return;
  commit.immediate();
  waiting.length = 0;
  console.log('committed');
}
setInterval(commitNow, COMMIT_AFTER_MS).unref();

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const positions = db.prepare('SELECT topic, part AS partition, position AS offset FROM positions');
const consumer = new RapportConsumer({
  ...{ brokers: brokers.split(','), groupId, dedupe: { folder } },
  ...{ maxFetchWaitMs: 50, commitEveryMs: 10, heartbeatMs: 200 },
  // just after its start the broker may know no group for a moment
  onTrouble: ({ error }) => error.code === 'kafka_unavailable' || console.error(error.message),
});
for await (const event of consumer.events({
  topics: ['rapport.results'],
  storedOffsets: async () => positions.all(),
  signal: stop.signal,
})) {
  waiting.push(event);
  if (waiting.length >= BATCH) commitNow();
}
commitNow();
db.close();
