// `npm start`: sets up what is missing, starts the service, streams the sample call through it, keeps serving.
// `npm start -- --once` stops after the sample call.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join, relative } from 'node:path';
import { prepare, root } from './setup.mjs';

prepare();

const once = process.argv.includes('--once');
const logFile = join(root, '.rapport', 'service.log');
mkdirSync(join(root, '.rapport'), { recursive: true });

console.log('Starting the service, loading and checking the models ...');
const service = spawn(process.execPath, ['dist/supervise.js'], {
  cwd: root,
  stdio: ['ignore', openSync(logFile, 'w'), 'inherit', 'ipc'],
});
const exited = new Promise((resolve) => service.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0))));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => service.kill('SIGTERM'));

const ready = await Promise.race([new Promise((resolve) => service.once('message', resolve)), exited]);
// Why it did not start was said by the service itself, in one sentence.
if (typeof ready === 'number') process.exit(ready || 1);

const { port, scheme, dataDir, kafka } = ready;
const base = `127.0.0.1:${port}`;
console.log(`Serving on ${scheme}://${base}/v1/stream, log in ${relative(root, logFile)}.\n`);
const demo = spawn(process.execPath, ['dist/demo/demo.js', '--url', `${scheme}://${base}/v1/stream`], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
});
const demoCode = await new Promise((resolve) => demo.once('exit', (code) => resolve(code ?? 1)));

console.log(`\nThe results are in ${relative(root, dataDir) || dataDir}: one JSON record a line after its checksum.`);
console.log(kafka ? `They are in Kafka too: ${kafka}.` : 'Set KAFKA_BROKERS=host:port to have them in Kafka too.');
if (once) {
  service.kill('SIGTERM');
  const code = await exited;
  process.exit(demoCode || code);
}
if (demoCode !== 0) console.log('The sample call did not finish; the service goes on.');
const page = `${scheme.replace('ws', 'http')}://${base}`;
console.log(`The live wall is at ${page}/wall: ${await howToLogIn()}`);
console.log(`Still serving: ${page}/readyz tells its state. Stop with Ctrl-C.`);
process.exit(await exited);

/** Until somebody has an account, whoever sits at this machine gets in (docs/security.md). */
async function howToLogIn() {
  const add = '`npm run rapport -- users add NAME --role admin` makes an account';
  const isFirst = await fetch(`${page}/v1/login`).then((answer) => answer.json(), () => ({})); // prettier-ignore
  return isFirst.development === true
    ? `log in as "development" with the password "rapport-development"; ${add}.`
    : `log in with an account; ${add}.`;
}
