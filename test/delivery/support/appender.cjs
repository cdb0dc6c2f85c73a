/**
 * Appends to the outbox in argv[2] as fast as it can, and prints each acknowledged `session seq id`, until it is killed; SIGTERM
 * ends it once what it gave is written. The natural keys of each session count from argv[3] on; by default from one that no run
 * before had. What the disk refuses with, and `taken` when it no longer does, is told on stderr.
 */
require('./register-swc.cjs');
const { writeSync } = require('node:fs');
const { openOutbox, result, session } = require('./results.ts');

async function main() {
  const [, , dir, first = Date.now() * 1000] = process.argv;
  const onTrouble = (trouble) => writeSync(2, `${trouble?.code ?? 'taken'}\n`);
  const outbox = await openOutbox(dir, { maxSegmentBytes: 100_000, retryMs: 5 }, { onTrouble });
  let isOver = false;
  process.once('SIGTERM', () => (isOver = true));
  // the outbox alone keeps no process: its waits for a disk that refuses let it end
  const keepAlive = setInterval(() => {}, 60_000);
  const writer = async (n) => {
    for (let i = Number(first); !isOver; i += 1) {
      const record = await outbox.append(session(n), result(i, 'x'.repeat(i % 700)));
      writeSync(1, `${n} ${record.seq} ${record.event.id}\n`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, n) => writer(n)));
  await outbox.shutdown();
  clearInterval(keepAlive);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
