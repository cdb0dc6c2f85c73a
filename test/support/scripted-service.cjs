/** The compiled service with scripted models, as a process of its own: what `dist/main.js` is with real ones. */
const { readConfig } = require('../../dist/config/config.js');
const { ScriptedPool } = require('../../dist/models/scripted-pool.js');
const { createService, listen } = require('../../dist/service.js');

async function main() {
  const config = readConfig();
  const app = await createService(config, { pool: new ScriptedPool() });
  app.enableShutdownHooks([], { useProcessExit: true });
  if (process.argv.includes('--supervised')) process.once('disconnect', () => process.exit(1));
  process.send({ port: await listen(app, config) });
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
