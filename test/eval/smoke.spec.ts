import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from '../../src/eval/report/figures';
import { pcmOfBytes } from '../../src/eval/signal/pcm';
import { MODELS_DIR } from '../models/models-dir';
import { writeFaces, writeSpeech, writeWords } from './made-data';

const root = mkdtempSync(join(tmpdir(), 'rapport-eval-'));
const folder = (name: string): string => join(root, name);
const ogg = readFileSync(join(__dirname, '../fixtures/media/voice-5s.ogg'));
const speech = pcmOfBytes(readFileSync(join(MODELS_DIR, 'whisper-base/fixtures/jfk.wav')).subarray(44));

beforeAll(() => {
  for (const name of ['data', 'prepared', 'folds', 'parity']) mkdirSync(folder(name));
  symlinkSync(MODELS_DIR, join(folder('folds'), '0'));
  for (const corpus of ['ravdess', 'nemo', 'urdu']) writeSpeech(folder('data'), corpus, ['angry', 'sad'], ogg);
  writeFaces(folder('prepared'), 16);
  // not these words: so none of them may be recalled
  writeWords(folder('prepared'), ['yes', 'no', 'okay'], 100, speech.slice(5000, 21_000));
  const forms = { torch: { UAR: 0.8 }, fp32: { UAR: 0.8 }, int8: { UAR: 0.78 } };
  const report = { examples: 50, figures: forms, difference: 0, agreement: 0.97, losses: { UAR: 0.02 } };
  writeFileSync(join(folder('parity'), 'face.all.parity.json'), JSON.stringify(report));
});
afterAll(() => rmSync(root, { recursive: true }));

/** The compiled evaluation as `npm run eval` starts it: ONNX Runtime knows only the arrays of Node's own realm, not Jest's. */
function evaluate(...argv: string[]): { status: number | null; stderr: string } {
  const main = join(__dirname, '../../dist/eval/main.js');
  return spawnSync(process.execPath, [main, ...argv], { encoding: 'utf8', timeout: 120_000 });
}

const run = (...tasks: string[]) => {
  const options = { data: folder('data'), prepared: folder('prepared'), models: MODELS_DIR, folds: folder('folds') };
  const places = { ...options, out: folder('out'), parity: folder('parity') };
  const named = Object.entries(places).flatMap(([name, value]) => [`--${name}`, value]);
  const { status, stderr } = evaluate(...tasks, '--smoke', '--workers', '1', ...named);
  return { status, fault: status === 0 ? '' : stderr };
};
const RAN = { status: 0, fault: '' };
const figures = (name: string): Figure[] => JSON.parse(readFileSync(join(folder('out'), `${name}.json`), 'utf8'));
const valueOf = (name: string, id: string): number => figures(name).find((figure) => figure.id === id)!.value;

/** Real models on made data: that it runs, and that what is counted is what was put in. */
describe('npm run eval --smoke', () => {
  it('voice: figures, groups, domains and pictures; what was answered is not asked again', () => {
    expect(run('voice')).toEqual(RAN);
    const first = figures('accuracy-voice');
    expect(valueOf('accuracy-voice', 'URDU, talk shows, clean: clips')).toBe(2);
    // the same sound twice: one of two emotions is right
    expect(valueOf('domains-voice', 'voice, nEMO, acted Polish, cross-corpus: accuracy')).toBe(0.5);
    expect(valueOf('groups-voice', 'RAVDESS, acted English: speaker 1: clips')).toBe(2);
    expect(valueOf('groups-voice', 'RAVDESS, acted English: sex female: UAR, telephone band')).toBe(0.5);
    for (const picture of ['confusion-voice', 'reliability-voice'])
      expect(readFileSync(join(folder('out'), `${picture}.svg`), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);

    const answers = join(folder('prepared'), 'answers');
    const [file] = readdirSync(answers);
    const bytes = statSync(join(answers, file!)).size;
    expect(run('voice')).toEqual(RAN);
    expect(statSync(join(answers, file!)).size).toBe(bytes);
    expect(figures('accuracy-voice')).toEqual(first);
  }, 180_000);

  it('face: pictures of both corpora', () => {
    expect(run('face')).toEqual(RAN);
    expect(valueOf('accuracy-face', 'FER+ test: pictures')).toBe(16);
    expect(valueOf('domains-face', 'face, CK+48, posed in a laboratory, cross-corpus: n')).toBe(14);
    expect(valueOf('domains-face', 'face, CK+48, posed in a laboratory, cross-corpus: classes')).toBe(7);
  }, 180_000);

  it('silence: nothing invented, and nothing recalled that was not said', () => {
    expect(run('silence')).toEqual(RAN);
    expect(figures('silence-inventions').map(({ value, met }) => [value, met])).toEqual([
      [0, true],
      [0, true],
      [0, true],
    ]);
    expect(
      figures('silence-recall')
        .filter(({ id }) => id.endsWith(': n'))
        .map(({ value }) => value),
    ).toEqual([3, 3, 3]);
    expect(
      figures('silence-recall')
        .filter(({ id }) => id.endsWith(': recall'))
        .every(({ met }) => met === false),
    ).toBe(true);
  }, 180_000);

  it('precision: what 8 bits cost, over a point is missed', () => {
    expect(run('precision')).toEqual(RAN);
    expect(figures('precision').find(({ id }) => id === 'face, as shipped, UAR: points lost')).toMatchObject({
      value: 2,
      met: false,
    });
  });

  it.each([
    [['faces'], 'There is no task "faces"'],
    [['face', '--workers', 'many'], '--workers many'],
  ])('%j is refused', (argv, sentence) => {
    expect(evaluate(...argv)).toMatchObject({ status: 2, stderr: expect.stringContaining(sentence) });
  });
});
