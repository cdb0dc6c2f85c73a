// Streams a WAV file of one channel of 16 bits through a running service and prints what it finds:
//
//   node examples/node/stream-wav.mjs sample/customer.wav [ws://127.0.0.1:8080/v1/stream] [API key]
import { readFile } from 'node:fs/promises';
import { connect } from '@rapport-live/client';

const [, , path, url = 'ws://127.0.0.1:8080/v1/stream', apiKey = 'rapport-development'] = process.argv;
const wav = await readFile(path);
const { rateHz, pcm } = samplesOf(wav);
const session = await connect({
  url,
  apiKey,
  pace: 20, // sent faster than real time
  recorded: true, // nobody waits for it: nothing is dropped for being late
  streams: [{ streamId: 1, kind: 'voice', party: 'customer', codec: `pcm16le-${rateHz / 1000}k` }],
});

session.on('rapport.transcript.final', ({ data }) =>
  console.log(`${seconds(data.endMs)}  ${data.party}: ${data.text}`),
);
session.on('rapport.window.assessed', ({ data }) => console.log(`${seconds(data.windowEndMs)}  ${data.label}`));
session.on('rapport.session.ended', ({ data }) => console.log(`${data.assessments} windows, ${data.finals} finals`));

const frameBytes = (rateHz / 10) * 2; // 100 ms
for (let at = 0; at < pcm.length; at += frameBytes) {
  // Waits for credit: as fast as the service works it off.
  await session.send(1, pcm.subarray(at, at + frameBytes), (at / frameBytes) * 100);
}
await session.end();
for await (const message of session) if (message.type === 'error') console.error(message.code, message.message);

function seconds(ms) {
  return `${(ms / 1000).toFixed(1).padStart(6)} s`;
}

/** The chunks of a RIFF file: `fmt ` tells the rate, `data` holds the samples. */
function samplesOf(riff) {
  let rateHz = 0;
  for (let at = 12; at + 8 <= riff.length; at += 8 + riff.readUInt32LE(at + 4) + (riff.readUInt32LE(at + 4) % 2)) {
    const name = riff.toString('latin1', at, at + 4);
    if (name === 'fmt ') rateHz = riff.readUInt32LE(at + 12);
    if (name === 'data') return { rateHz, pcm: riff.subarray(at + 8, at + 8 + riff.readUInt32LE(at + 4)) };
  }
  throw new Error(`${path} is no WAV file.`);
}
