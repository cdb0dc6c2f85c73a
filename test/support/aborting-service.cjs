/** The compiled service with the real models, in workers that one text makes end the whole process. */
const { join } = require('node:path');
const { readConfig } = require('../../dist/config/config.js');
const { WorkerPool } = require('../../dist/models/runtime/worker-pool.js');
const { createService, listen } = require('../../dist/service.js');

async function main() {
  process.once('disconnect', () => process.exit(1));
  const config = readConfig();
  const pool = await WorkerPool.start({
    modelsDir: config.modelsDir,
    workers: 1,
    journalDir: config.dataDir,
    workerPath: join(__dirname, '..', 'models', 'aborting-worker.cjs'),
    onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
  });
  const app = await createService(config, { pool });
  process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
  process.send({ port: await listen(app, config) });
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
