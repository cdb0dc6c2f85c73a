// `npm run bench:assessment`: CPU of the models behind one assessment (a window of 4 s with voice, one chat turn and eight
// decoded frames; no transcript, voice activity or decoding), on one thread, beside one bare pass of the transcript's
// encoder over 5 s. Both in turns, so that a slow moment of the machine falls on both.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FaceDetectorGraph, ExpressionGraph } from '../dist/models/encoders/face-graphs.js';
import { FaceEncoder } from '../dist/models/encoders/face-encoder.js';
import { FusionRunner } from '../dist/models/encoders/fusion-runner.js';
import { logMel } from '../dist/models/encoders/log-mel.js';
import { decodeStill } from '../dist/models/encoders/still.js';
import { TextEncoder } from '../dist/models/encoders/text-encoder.js';
import { Tokenizer } from '../dist/models/encoders/tokenizer.js';
import { VoiceEncoder } from '../dist/models/encoders/voice-encoder.js';
import { WhisperGraphs } from '../dist/models/encoders/whisper-graphs.js';
import { loadManifests } from '../dist/models/runtime/model-folder.js';
import { float32 } from '../dist/models/runtime/onnx.js';
import { loadGraphs } from '../dist/models/runtime/started-model.js';
import { subsetsOf } from '../dist/fusion/subsets.js';
import { figure, keep, show } from './figures.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '40' },
    models: { type: 'string', default: 'models' },
    smoke: { type: 'boolean', default: false },
  },
});
const runs = values.smoke ? 3 : Number(values.runs);
const FRAMES = 8;
const WINDOW_SAMPLES = 64_000;
/** The sample call: its customer is upset here, in voice and picture. */
const HEADER_BYTES = 44;
const FROM_BYTE = HEADER_BYTES + 2 * 16_000 * 30;
const TURN = 'I have been charged twice for the same order and nobody answers me, please refund it.';

const models = await loadManifests(values.models);
const graphs = {};
for (const task of ['speech', 'text', 'face-detection', 'expression', 'fusion'])
  graphs[task] = await loadGraphs(models[task], 'cpu');
const only = (task) => [...graphs[task].values()][0];
const speech = graphs.speech;
const whisper = new WhisperGraphs(
  {
    encoder: speech.get('encoder'),
    emotion: speech.get('emotion') ?? speech.get('encoder'),
    cross: speech.get('cross'),
    decoder: speech.get('decoder'),
  },
  models.speech,
);
const voice = new VoiceEncoder(whisper, models.speech);
const text = new TextEncoder(only('text'), await Tokenizer.load(models.text), models.text);
const face = new FaceEncoder(
  new FaceDetectorGraph(only('face-detection'), models['face-detection'].manifest.parameters),
  new ExpressionGraph(only('expression')),
  models['face-detection'],
  models.expression,
);
const fusion = new FusionRunner(only('fusion'), models.fusion);

const call = JSON.parse(readFileSync('sample/call.json', 'utf8'));
const wav = readFileSync(join('sample', 'customer.wav'));
const pcm = new Int16Array(
  wav.buffer.slice(wav.byteOffset + FROM_BYTE, wav.byteOffset + FROM_BYTE + 2 * WINDOW_SAMPLES),
);
const pictures = [];
for (const file of framesOf(call).slice(0, FRAMES)) pictures.push((await decodeStill(readFileSync(file))).picture);
const five = logMel(
  Float32Array.from({ length: 80_000 }, (_, i) => (pcm[i % pcm.length] ?? 0) / 0x8000),
  80_000,
);
const hidden = float32(new Float32Array((five.frames / 2) * models.speech.manifest.parameters.encoderWidth), [
  1,
  five.frames / 2,
  models.speech.manifest.parameters.encoderWidth,
]);

/** The stills of the sample call from the same moment on. */
function framesOf({ video }) {
  const fromMs = (FROM_BYTE - HEADER_BYTES) / 32;
  return video.frames.filter(({ ptsMs }) => ptsMs >= fromMs).map(({ file }) => join('sample', video.framesDir, file));
}

const took = {};
async function timed(name, work) {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  (took[name] ??= []).push((user + system) / 1000);
  return result;
}

async function assessment() {
  const heard = await timed('voice', () => voice.run({ pcm }));
  const seen = await timed('eight faces', async () => {
    const rows = [];
    for (const picture of pictures) rows.push((await face.look(picture))[0]?.features);
    return rows.filter((row) => row !== undefined);
  });
  const read = await timed('text', () => text.run({ text: TURN }));
  const faces = new Float32Array(seen.length * seen[0].length);
  seen.forEach((row, i) => faces.set(row, i * row.length));
  await timed('fusion, seven subsets', () =>
    fusion.run({ voice: heard.tokens, face: faces, text: read.tokens, subsets: subsetsOf(['voice', 'face', 'text']) }),
  );
}

for (let run = -2; run < runs; run++) {
  if (run === 0) for (const name of Object.keys(took)) delete took[name];
  await assessment();
  await timed('encoder', () => whisper.encode(five.mel, five.frames, hidden));
}

const parts = ['voice', 'eight faces', 'text', 'fusion, seven subsets'];
const whole = took.encoder.map((_, run) => parts.reduce((sum, part) => sum + took[part][run], 0));
const figures = [
  figure('models of one assessment', whole, 'ms CPU', { atMost: 60 }),
  ...parts.map((part) => figure(`of it ${part}`, took[part], 'ms CPU')),
  figure('bare encoder pass of 5 s', took.encoder, 'ms CPU'),
  figure(
    'models of one assessment / bare encoder pass of 5 s',
    whole.map((ms, run) => ms / took.encoder[run]),
    'ratio',
    { atMost: 1.7 },
  ),
];
if (values.smoke) show(figures);
else keep('assessment', figures, 'npm run bench:assessment');
