import { createServer } from 'node:net';
import { RapportError, errorSpec } from '@rapport-live/protocol';
import { type Config, readConfig } from './config/config';
import { sayUnknownSettings } from './config/unknown-settings';
import { drainOnSignals } from './ops/drain';
import { createService, listen } from './service';

/** Given by the supervisor: a service whose supervisor was killed ends too, for nobody would restart it. */
const SUPERVISED = '--supervised';

/** Starts the service; a fault at start is one sentence on standard error and an exit status of the error list. */
async function main(): Promise<void> {
  if (process.argv.includes(SUPERVISED)) process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  sayUnknownSettings((line) => process.stderr.write(line));
  const config = readConfig();
  await requireFreePort(config);
  const app = await createService(config);
  drainOnSignals(() => app.close());
  const port = await listen(app, config);
  const kafka = config.kafkaBrokers.join(', ');
  // Under `npm start` a parent waits for this.
  const scheme = config.tls === undefined ? 'ws' : 'wss';
  process.send?.({ port, scheme, dataDir: config.dataDir, kafka });
}

/** Loading the models takes seconds: a port in use is told before that. */
function requireFreePort({ port, host }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') reject(new RapportError('port_in_use', `Port ${port} on ${host} is in use.`));
      else reject(new RapportError('config_invalid', `HOST ${host} or PORT ${port} cannot be used (${error.code}).`));
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

main().catch((error: unknown) => {
  if (error instanceof RapportError) {
    process.stderr.write(`rapport: ${error.message} ${error.advice} (${error.code})\n`);
    process.exit(errorSpec(error.code).exit ?? 1);
  }
  process.stderr.write(`rapport: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
