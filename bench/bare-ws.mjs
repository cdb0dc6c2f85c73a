// A bare `ws` server that counts the messages it gets and does nothing else. Told what to do over IPC as bench/service.mjs is.
import { WebSocketServer } from 'ws';

let frames = 0;
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (socket) => socket.on('message', () => (frames += 1)));
let mark;
const actions = {
  mark() {
    frames = 0;
    mark = process.cpuUsage();
    process.send({});
  },
  report() {
    const { user, system } = process.cpuUsage(mark);
    process.send({ frames, cpuMs: (user + system) / 1000 });
  },
  stop() {
    for (const socket of server.clients) socket.terminate();
    server.close();
    process.disconnect();
  },
};
process.on('message', (message) => actions[message.do]());
server.on('listening', () => process.send({ port: server.address().port }));
