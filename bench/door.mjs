// `npm run bench:door`: what a flood at the door costs. A generator on a core of its own knocks as fast as it is answered,
// with a wrong key from one address; the service refuses by its throttle. Beside it a bare `http` server of Node that
// answers every upgrade with one fixed 429. The figure is CPU of the service's main thread for each refusal.
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { figure, keep, show } from './figures.mjs';
import { startBareDoor, startService } from './processes.mjs';
import { upgradeRequest } from './upgrade-request.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    smoke: { type: 'boolean', default: false },
  },
});
const runs = values.smoke ? 1 : Number(values.runs);
const floodMs = (values.smoke ? 0.5 : Number(values.seconds)) * 1000;
const connections = Number(values.connections);

const KNOCK = upgradeRequest('a-key-that-nobody-has');

/** Knocks for so long, always so many at once; {STATUS: how many}. */
async function flood(port) {
  const untilMs = performance.now() + floodMs;
  const answers = {};
  const knock = () =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(KNOCK));
      let status = 'none';
      socket.once('data', (data) => (status = data.toString('latin1', 9, 12)));
      socket.resume();
      socket.on('error', () => {});
      socket.on('close', () => {
        answers[status] = (answers[status] ?? 0) + 1;
        resolve();
      });
    });
  const lane = async () => {
    while (performance.now() < untilMs) await knock();
  };
  await Promise.all(Array.from({ length: connections }, lane));
  return answers;
}

const service = await startService(0, { BENCH_LOOP: '1', RAPPORT_API_KEYS: 'acme:0123456789abcdef' });
const bare = await startBareDoor(0);
const refusedMicros = [];
const bareMicros = [];
const loopMs = [];
const perSecond = [];
for (let run = 0; run < runs; run += 1) {
  await bare.ask('mark');
  const bareAnswers = await flood(bare.first.port);
  bareMicros.push((1000 * (await bare.ask('report')).cpuMs) / bareAnswers['429']);

  await service.ask('mark');
  const answers = await flood(service.first.port);
  const { main, loopDelayMs } = await service.ask('report');
  const refused = (answers['429'] ?? 0) + (answers['401'] ?? 0);
  if (answers.none) console.error(`${answers.none} connections were cut without an answer`);
  refusedMicros.push((1000 * main.cpuMs) / refused);
  loopMs.push(loopDelayMs.p99);
  perSecond.push((1000 * refused) / floodMs);
}
await Promise.all([service.stop(), bare.stop()]);
const figures = [
  figure('CPU of a refused handshake', refusedMicros, 'us'),
  figure('CPU of one in a bare http server', bareMicros, 'us'),
  figure(
    'refused against bare',
    refusedMicros.map((micros, i) => micros / bareMicros[i]),
    'ratio',
  ),
  figure('handshakes refused', perSecond, 'per second'),
  figure('event-loop delay in the flood, p99', loopMs, 'ms'),
];
if (values.smoke) show(figures);
else keep('door', figures, 'npm run bench:door');
