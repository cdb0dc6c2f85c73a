// Counts events by type and hour in an SQLite file, each exactly once, however often this program is killed and however
// many of it run:
//
//   node packages/consumer/examples/to-database.mjs --brokers localhost:9092 --file counts.db
//
// A count is an effect that shows every double. It, the offset that it came from and the id of the event are written in
// one transaction: after a crash either all three are there or none. The offset keeps out what this or another member has
// read before; the id keeps out what the service has sent twice.
import { RapportConsumer } from '@rapport-live/consumer';
import Database from 'libsql';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    brokers: { type: 'string', default: 'localhost:9092' },
    group: { type: 'string', default: 'counts' },
    topics: { type: 'string', default: 'rapport.results,rapport.transcripts' },
    file: { type: 'string', default: 'counts.db' },
    /** Ids are remembered for so long. */
    'remember-hours': { type: 'string', default: '24' },
  },
});
const stop = new AbortController();
process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());

const db = new Database(values.file);
db.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS counts (type TEXT, hour TEXT, events INTEGER, PRIMARY KEY (type, hour));
  CREATE TABLE IF NOT EXISTS positions (topic TEXT, part INTEGER, position INTEGER, PRIMARY KEY (topic, part));
  CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, atMs INTEGER) WITHOUT ROWID;
`);
const advance = db.prepare(`
  INSERT INTO positions VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET position = excluded.position WHERE excluded.position > positions.position
`);
const remember = db.prepare('INSERT OR IGNORE INTO seen VALUES (?, ?)');
const count = db.prepare('INSERT INTO counts VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET events = events + 1');
const take = db.transaction((event) => {
  const { topic, partition, offset } = event.position;
  if (advance.run(topic, partition, offset).changes === 0) return;
  if (!('id' in event) || remember.run(event.id, Date.now()).changes === 0) return;
  count.run(event.type, event.time?.slice(0, 13) ?? '');
});

const positions = db.prepare('SELECT topic, part AS partition, position AS offset FROM positions');
const forget = db.prepare('DELETE FROM seen WHERE atMs < ?');
const consumer = new RapportConsumer({
  brokers: values.brokers.split(','),
  groupId: values.group,
  dedupe: false, // the database does it
});
let taken = 0;
for await (const event of consumer.events({
  topics: values.topics.split(','),
  storedOffsets: async () => positions.all(),
  signal: stop.signal,
})) {
  take.immediate(event);
  taken += 1;
  if (taken % 1000 === 0) forget.run(Date.now() - Number(values['remember-hours']) * 3600_000);
  if (taken % 100 === 0) console.log(`${taken} records`);
}
db.close();
