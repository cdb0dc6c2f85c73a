/** Appends to the outbox in argv[2] as fast as it can and prints each acknowledged `session seq id`, until it is killed. */
require('./register-swc.cjs');
const { writeSync } = require('node:fs');
const { openOutbox, result, session } = require('./results.ts');

async function main() {
  const outbox = await openOutbox(process.argv[2], { maxSegmentBytes: 100_000 });
  const writer = async (n) => {
    for (let i = Date.now() * 1000; ; i += 1) {
      // other ids than the run before
      const record = await outbox.append(session(n), result(i, 'x'.repeat(i % 700)));
      writeSync(1, `${n} ${record.seq} ${record.event.id}\n`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, n) => writer(n)));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
