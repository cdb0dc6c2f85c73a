// The service without models, fed with recorded results; told what to do over IPC as bench/service.mjs is.
import { DEVELOPMENT_TENANT, readConfig } from '../../dist/config/config.js';
import { RESULT_STORE } from '../../dist/delivery/result-feed.js';
import { ScriptedPool } from '../../dist/models/scripted-pool.js';
import { createService, listen } from '../../dist/service.js';
import { FedCalls, feedHistory } from './fed-calls.mjs';
import { readRecording } from './recorded-call.mjs';

const TENANT = DEVELOPMENT_TENANT;
const config = readConfig();
const app = await createService(config, { pool: new ScriptedPool() });
const port = await listen(app, config);
const store = app.get(RESULT_STORE, { strict: false });
let calls;
const actions = {
  async history({ recording, count, lengthMs }) {
    await feedHistory({ store, tenant: TENANT, recording: readRecording(recording), count, lengthMs });
    process.send({});
  },
  async live({ recording, count, lengthMs, pace }) {
    calls = new FedCalls({ store, tenant: TENANT, recording: readRecording(recording), count, lengthMs, pace });
    await calls.start();
    process.send({});
  },
  async stop() {
    calls?.stop();
    await app.close();
    process.disconnect();
  },
};
process.on('message', (message) => void actions[message.do](message));
process.send({ port });
