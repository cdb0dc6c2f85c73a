// One call of each foreign protocol, as cheap for the generator as can be: `send(round)` is one message of 20 ms. What it
// carries goes to the service with `open`, and the same bytes to a bare `ws` server with `openBare`.
import { createHmac, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { DEVELOPMENT_KEY } from '../../dist/config/config.js';
import { AUDIO_SOCKET, encodeFrame } from '../../dist/doors/asterisk/audio-socket-frames.js';

const FRAME_MS = 20;
const TWILIO = { token: '0123456789abcdef0123456789abcdef', url: 'wss://bench.example/twilio' };
const BASIC = { authorization: `Basic ${Buffer.from(`bench:${DEVELOPMENT_KEY}`).toString('base64')}` };
const HOOK_KEY = 'bench-key-0123456789';
const mulaw = Buffer.alloc(8 * FRAME_MS, 0xff);
const wideband = Buffer.alloc(32 * FRAME_MS);
const slin = Buffer.alloc(16 * FRAME_MS);

/** Settings of the service that open the doors of this bench. */
export const DOOR_ENV = {
  RAPPORT_TWILIO_AUTH_TOKENS: `development:${TWILIO.token}`,
  RAPPORT_TWILIO_URL: TWILIO.url,
  RAPPORT_AUDIOHOOK_KEYS: `development:${HOOK_KEY}:none`,
  RAPPORT_HUME: 'on',
  RAPPORT_JAMBONZ: 'on',
  RAPPORT_ASTERISK: 'on',
  RAPPORT_AUDIOSOCKET_PORT: '0',
};

const opened = (socket, event) => new Promise((resolve, reject) => socket.once(event, resolve).once('error', reject));

async function overWebSocket(url, options = {}) {
  const socket = new WebSocket(url, options);
  await opened(socket, 'open');
  return { write: (data) => socket.send(data), end: () => socket.terminate() };
}

let calls = 0;
/** What Twilio sends of both tracks, in turn: JSON with base64. */
function twilio() {
  const streamSid = `MZ${String((calls += 1)).padStart(32, '0')}`;
  const payload = mulaw.toString('base64');
  const format = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
  const start = { streamSid, callSid: streamSid, tracks: ['inbound', 'outbound'], mediaFormat: format };
  const media = (round) => {
    const timestamp = (round >> 1) * FRAME_MS;
    const track = round % 2 === 0 ? 'inbound' : 'outbound';
    const chunk = (round >> 1) + 1;
    return `{"event":"media","sequenceNumber":"${round + 2}","media":{"track":"${track}","chunk":"${chunk}","timestamp":"${timestamp}","payload":"${payload}"},"streamSid":"${streamSid}"}`;
  };
  return { first: JSON.stringify({ event: 'start', sequenceNumber: '1', streamSid, start }), media };
}

/** What Genesys Cloud sends of the customer's channel: sound without a header, behind one message. */
function audioHook() {
  const id = randomUUID();
  const organizationId = randomUUID();
  const media = [{ type: 'audio', format: 'PCMU', channels: ['external'], rate: 8000 }];
  const participant = { id: randomUUID(), ani: '', aniName: '', dnis: '' };
  const parameters = { organizationId, conversationId: randomUUID(), participant, media, language: 'en-US' };
  const first = { version: '2', id, type: 'open', seq: 1, serverseq: 0, position: 'PT0S', parameters };
  const headers = {
    'x-api-key': HOOK_KEY,
    'audiohook-organization-id': organizationId,
    'audiohook-session-id': id,
    'audiohook-correlation-id': randomUUID(),
  };
  return { headers, first: JSON.stringify(first), media: () => mulaw };
}

const webSocketDoors = {
  Twilio: {
    path: '/twilio',
    headers: { 'x-twilio-signature': createHmac('sha1', TWILIO.token).update(TWILIO.url).digest('base64') },
    make: twilio,
  },
  AudioHook: { path: '/audiohook', make: audioHook },
  Hume: {
    path: '/hume/v1/expression/audio/realtime',
    headers: { 'x-hume-api-key': DEVELOPMENT_KEY },
    make: () => ({ first: JSON.stringify({ type: 'session.update' }), media: () => wideband }),
  },
  jambonz: {
    path: '/jambonz',
    headers: BASIC,
    make: () => ({
      first: JSON.stringify({ callSid: String((calls += 1)), sampleRate: 8000, mixType: 'mono' }),
      media: () => slin,
    }),
  },
  'Asterisk WebSocket': {
    path: '/asterisk',
    headers: BASIC,
    make: () => ({ first: `MEDIA_START connection_id:${(calls += 1)} format:ulaw`, media: () => mulaw }),
  },
};

/** {NAME: {open(port of the service, of AudioSocket), openBare(url)}}; both give {send, end}. */
export const CALLERS = Object.fromEntries(
  Object.entries(webSocketDoors).map(([name, { path, headers, make }]) => {
    const begin = async (url, tellsFirst) => {
      const { first, media, headers: own = headers } = make();
      const { write, end } = await overWebSocket(url, tellsFirst ? { headers: own } : {});
      if (tellsFirst) write(first);
      let round = 0;
      return { send: () => write(media(round++)), end };
    };
    return [
      name,
      {
        open: ({ port }) => begin(`ws://127.0.0.1:${port}${path}`, true),
        openBare: (url) => begin(url, false),
      },
    ];
  }),
);

CALLERS.AudioSocket = {
  async open({ audioSocketPort }) {
    const socket = connect({ port: audioSocketPort, host: '127.0.0.1', noDelay: true });
    await opened(socket, 'connect');
    const id = Buffer.alloc(16);
    id.writeUInt32BE((calls += 1));
    socket.write(encodeFrame(AUDIO_SOCKET.uuid, id));
    const frame = encodeFrame(AUDIO_SOCKET.slin8, slin);
    socket.write(frame); // the first sound begins the call
    return { send: () => socket.write(frame), end: () => socket.destroy() };
  },
  async openBare(url) {
    const { write, end } = await overWebSocket(url);
    return { send: () => write(slin), end };
  },
};
