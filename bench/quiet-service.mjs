// The service without models, for what its door costs: with scripted ones (default), or with a pipeline that does nothing
// at all (BENCH_PIPELINE=null). Told what to do over IPC as bench/service.mjs is; memory is told after a collection.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readConfig } from '../dist/config/config.js';
import { AUDIO_SOCKET_SERVER } from '../dist/doors/doors.module.js';
import { ScriptedPool } from '../dist/models/scripted-pool.js';
import { CONVERSATION_HOST } from '../dist/pipeline/conversation-host.js';
import { createService, listen } from '../dist/service.js';
import { NullConversation } from './resume/null-conversation.mjs';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const config = readConfig();
const app = await createService(config, { pool: new ScriptedPool() });
let frames = 0;
if (process.env.BENCH_PIPELINE === 'null') {
  app.get(CONVERSATION_HOST).create = (identity, _start, streams) =>
    new NullConversation(identity, streams, () => (frames += 1));
}
const port = await listen(app, config);
const delay = monitorEventLoopDelay({ resolution: 1 });
let mark;
let markMs;
const actions = {
  mark({ loop = false }) {
    frames = 0;
    // Watching the loop wakes it a thousand times a second.
    if (loop) delay.enable();
    else delay.disable();
    delay.reset();
    mark = process.cpuUsage();
    markMs = performance.now();
    process.send({});
  },
  report() {
    const { user, system } = process.cpuUsage(mark);
    const cpuMs = (user + system) / 1000;
    const loopDelayMs = { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
    process.send({ frames, cpuMs, busy: cpuMs / (performance.now() - markMs), loopDelayMs });
  },
  memory() {
    collect();
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send({ rssBytes: rss, usedBytes: heapUsed + external });
  },
  async stop() {
    await app.close();
    process.disconnect();
  },
};
process.on('message', (message) => void actions[message.do](message));
const audioSocketPort = app.get(AUDIO_SOCKET_SERVER, { strict: false })?.port;
process.send({ port, audioSocketPort });
