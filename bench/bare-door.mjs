// A bare `http` server of Node that answers every upgrade with one fixed 429. Told what to do over IPC as bench/service.mjs is.
import { createServer } from 'node:http';

const body = '{"code":"rate_limited"}';
const answer = `HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const server = createServer().on('upgrade', (_request, socket) => socket.on('error', () => {}).end(answer));
let mark;
const actions = {
  mark() {
    mark = process.cpuUsage();
    process.send({});
  },
  report() {
    const { user, system } = process.cpuUsage(mark);
    process.send({ cpuMs: (user + system) / 1000 });
  },
  stop() {
    server.close();
    process.disconnect();
  },
};
process.on('message', (message) => actions[message.do]());
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
