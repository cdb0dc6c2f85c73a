/** Closes a pool in the middle of a graph and ends; prints what became of the job. */
const { join } = require('node:path');
const { WorkerPool } = require(join(__dirname, '..', '..', 'dist', 'models', 'runtime', 'worker-pool.js'));

async function main() {
  const [modelsDir] = process.argv.slice(2);
  const pool = await WorkerPool.start({ modelsDir, workers: 1, workerPath: join(__dirname, 'slow-worker.cjs') });
  const job = pool.submit('text-tokens', { text: 'hello' }, { sessionId: 's', jobClass: 'final' });
  const fate = job.then(
    () => 'done',
    ({ code }) => code,
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  await pool.close();
  console.log(await fate);
}

void main();
