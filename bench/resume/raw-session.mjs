// One session over raw `ws`, as cheap for the generator as can be: many of them share its core.
import { WebSocket } from 'ws';
import { DEVELOPMENT_KEY } from '../../dist/config/config.js';
import { encodeFrame, SUBPROTOCOL } from '../../packages/protocol/dist/index.js';

/** A connection is open and answered, or closed, within this, ms: above, the bench ends with an error. */
const ANSWER_WITHIN_MS = 20_000;
const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };

export class RawSession {
  seq = 0;
  byteOffset = 0;
  resultSeq = 0;
  onEvent = () => {};

  constructor(url, streams = [VOICE]) {
    this.url = url;
    this.streams = streams;
  }

  async start() {
    const session = { channel: 'voice', language: 'en', consent: { analysis: true } };
    const ready = await this.#open({ type: 'session.start', session, streams: this.streams }, 'session.ready');
    this.sessionId = ready.sessionId;
    this.token = ready.resumeToken;
    return this;
  }

  /** From the first packet to the answer, ms. */
  async resume() {
    const beganMs = performance.now();
    const { sessionId, token: resumeToken, resultSeq: ackedResultSeq } = this;
    const answer = await this.#open(
      { type: 'session.resume', sessionId, resumeToken, ackedResultSeq },
      'session.resumed',
    );
    this.token = answer.resumeToken;
    const [stream] = answer.streams;
    if (stream !== undefined) ({ nextSeq: this.seq, nextByteOffset: this.byteOffset } = stream);
    return performance.now() - beganMs;
  }

  frame(payload, ptsMs) {
    const header = {
      flags: 0,
      streamId: 1,
      seq: this.seq,
      ptsUs: Math.round(ptsMs * 1000),
      byteOffset: this.byteOffset,
    };
    this.seq += 1;
    this.byteOffset += payload.length;
    this.socket.send(encodeFrame(header, payload));
  }

  json(message) {
    this.socket.send(JSON.stringify(message));
  }

  /** Without a word. Resolves when it is gone. */
  async cut() {
    const { socket } = this;
    if (socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.terminate();
    await within(closed, 'the close of a connection that was cut');
  }

  #open(first, answerType) {
    const answered = new Promise((resolve, reject) => {
      const socket = new WebSocket(this.url, SUBPROTOCOL, { headers: { authorization: `Bearer ${DEVELOPMENT_KEY}` } });
      this.socket = socket;
      socket.on('open', () => socket.send(JSON.stringify(first)));
      socket.on('message', (data) => {
        const message = JSON.parse(data);
        if (message.type === answerType) resolve(message);
        else if (message.type === 'error') reject(new Error(`${message.code}: ${message.message}`));
        else if (message.type === 'result') {
          this.resultSeq = Math.max(this.resultSeq, message.seq);
          this.onEvent(message.event);
        }
      });
      socket.on('error', reject);
      socket.on('close', (status, reason) => reject(new Error(`closed with ${status} ${reason}`)));
      socket.on('unexpected-response', (_request, response) => {
        reject(new Error(`refused: ${response.statusCode}`));
        socket.terminate();
      });
    });
    return within(answered, answerType);
  }
}

/** Rejects when it takes too long. */
function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** So many, a few at a time: the door lets in 200 a second of one address. */
export async function startMany(url, count, perSecond = 150) {
  const sessions = [];
  for (let i = 0; i < count; i += 1) {
    const started = new RawSession(url).start();
    started.catch(() => {}); // told by the last line
    sessions.push(started);
    if (i % 10 === 9) await sleep((10 * 1000) / perSecond);
  }
  return Promise.all(sessions);
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls `tick(i)` for each of `count` once in `everyMs`, spread over it, for so long. */
export async function spread(count, everyMs, forMs, tick) {
  const beganMs = performance.now();
  let done = 0;
  for (;;) {
    const elapsedMs = performance.now() - beganMs;
    const due = Math.min(Math.floor((elapsedMs / everyMs) * count), Math.floor((forMs / everyMs) * count));
    for (; done < due; done += 1) tick(done % count, Math.floor(done / count));
    if (elapsedMs >= forMs) return done;
    await sleep(1);
  }
}
