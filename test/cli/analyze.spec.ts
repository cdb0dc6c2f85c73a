import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudEvent, EVENTS, type TypedEvent } from '@rapport-live/protocol';
import { overTelephone, sampleVoice } from '../../src/streams/codecs/testing/signals';
import { SAMPLE_DIR } from '../support/call';
import { CommandLine, rapport } from './command-line';
import { flacFile } from './flac-file';
import { samplePcm, stereo, wavFile } from './wav-file';

// Real models, compiled code, processes of their own.
jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'rapport-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, bytes: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const resultsOf = (dir: string): { seq: number; event: TypedEvent }[] =>
  readFileSync(join(dir, 'results.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { seq: number; event: TypedEvent });
/** Not the folder of the machine, in which other suites work at the same time. */
const ownTmp = mkdtempSync(join(folder, 'tmp-'));

describe('rapport analyze', () => {
  it('turns a call of two channels and a chat into results, a transcript and a report', async () => {
    const pcm = stereo(samplePcm('customer', 5000, 19_000), samplePcm('agent', 5000, 19_000));
    const call = file('call.wav', wavFile(pcm, { channels: 2 }));
    const chat = file(
      'chat.jsonl',
      '{"ptsMs": 9000, "party": "customer", "text": "<script>alert(1)</script> name@example.com"}\n',
    );
    const args = ['analyze', call, '--stereo', 'customer,agent', '--chat', chat, '--language', 'en'];
    const ran = await rapport(args, { TMPDIR: ownTmp });
    expect(ran.stderr).toContain('times real time');
    expect(ran).toMatchObject({ code: 0, stdout: `${join(folder, 'call.rapport', 'report.html')}\n` });

    const results = resultsOf(join(folder, 'call.rapport'));
    expect(results.map(({ seq }) => seq)).toEqual(results.map((_, i) => i + 1));
    for (const { event } of results) {
      expect(CloudEvent.safeParse(event).error).toBeUndefined();
      expect(EVENTS[event.type].data.safeParse(event.data).error).toBeUndefined();
    }
    const ended = results[results.length - 1]!.event;
    expect(ended).toMatchObject({
      type: 'rapport.session.ended',
      data: { reason: 'ended', incomplete: false, durationMs: 14_000 },
    });
    const heard = results.flatMap(({ event }) => (event.type === 'rapport.transcript.final' ? [event.data] : []));
    const wordsOf = (party: string): string => heard.filter((f) => f.party === party).map((f) => f.text).join(' '); // prettier-ignore
    expect(wordsOf('customer')).toMatch(/lamp/i);
    expect(wordsOf('agent')).toMatch(/order number/i);
    expect(heard.find(({ source }) => source === 'chat')).toMatchObject({ startMs: 9000, party: 'customer' });

    const vtt = readFileSync(join(folder, 'call.rapport', 'transcript.vtt'), 'utf8');
    expect(vtt).toMatch(/^WEBVTT\n\n/);
    expect(vtt).toContain('<v Customer (chat)>&lt;script&gt;');
    const page = readFileSync(join(folder, 'call.rapport', 'report.html'), 'utf8');
    expect(page).not.toMatch(/<script/i);
    expect(page).not.toContain('name@example.com');
    expect(page).toContain('whisper-base');
    // bug: onnxruntime 1.30 sends usage data to its publisher, and kept files of it here
    expect(readdirSync(ownTmp)).toEqual([]);
  });

  const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
  const whereFfmpegIs = String(spawnSync('sh', ['-c', 'command -v ffmpeg']).stdout).trim();
  // Bug: the setting was passed over here, and ffmpeg looked for in PATH alone.
  (hasFfmpeg ? it : it.skip)('reads a film through the ffmpeg of RAPPORT_FFMPEG (needs ffmpeg)', async () => {
    const sound = file('sound.wav', wavFile(samplePcm('customer', 5500, 12_500)));
    const film = join(folder, 'film.mp4');
    const pictures = ['-framerate', '2', '-pattern_type', 'glob', '-i', join(SAMPLE_DIR, 'frames', '00*.jpg')];
    const made = spawnSync('ffmpeg', ['-loglevel', 'error', ...pictures, '-i', sound, '-t', '7', '-pix_fmt', 'yuv420p', film]); // prettier-ignore
    expect(String(made.stderr)).toBe('');
    const ran = await rapport(['analyze', film], { PATH: join(folder, 'nothing'), RAPPORT_FFMPEG: whereFfmpegIs });
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('voice of the customer, video of the') });
    const events = resultsOf(join(folder, 'film.rapport')).map(({ event }) => event);
    const windows = events.flatMap((event) => (event.type === 'rapport.window.assessed' ? [event.data] : []));
    expect(windows.some(({ modalities }) => modalities.face.present && modalities.voice.present)).toBe(true);
    expect(JSON.stringify(events)).toMatch(/lamp/i);
  });

  it('reads FLAC, and Opus in WebM and Ogg, without ffmpeg', async () => {
    const media = join(__dirname, '../fixtures/media');
    const pcm = samplePcm('customer', 5500, 12_500);
    const flac = file(
      'call.flac',
      flacFile([Int16Array.from({ length: pcm.length / 2 }, (_, i) => pcm.readInt16LE(2 * i))]),
    );
    const telephone = file('telephone.flac', flacFile([overTelephone(sampleVoice(5500, 12_500))]));
    const opus = ['voice-5s.webm', 'voice-5s.ogg'].map((name) =>
      file(name.replace('-5s.', '-in-'), readFileSync(join(media, name))),
    );
    const ran = await rapport(['analyze', flac, telephone, ...opus], { PATH: join(folder, 'nothing') });
    expect(ran).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/voice-in-webm: ffmpeg was not found: a picture/),
    });
    expect(ran.stderr.match(/^.*It claims 16000 Hz and holds nothing above 4 kHz/gm)).toEqual([
      expect.stringMatching(/^telephone\.flac: /),
    ]);
    const heard = ['call', 'voice-in-webm', 'voice-in-ogg'].map((name) => resultsOf(join(folder, `${name}.rapport`)));
    expect(JSON.stringify(heard[0])).toMatch(/lamp/i);
    for (const results of heard) {
      const events = results.map(({ event }) => event);
      expect(events.some(({ type }) => type === 'rapport.transcript.final')).toBe(true);
      expect(events.at(-1)).toMatchObject({ type: 'rapport.session.ended', data: { reason: 'ended' } });
    }
  });

  it.each([
    [
      'a FLAC file of three channels',
      () => flacFile([1, 2, 3].map(() => new Int16Array(2000))),
      /has 3 channels, 1 or 2 are/,
    ],
    ['a FLAC file that is cut off', () => Buffer.from('fLaC'), /is cut off inside its header/],
    ['a FLAC file without a frame', () => flacFile([new Int16Array(0)]), /holds no sound that can be read/],
  ])('%s, without ffmpeg: one sentence', async (_name, bytes, sentence) => {
    const ran = await rapport(['analyze', file('bad.flac', bytes())], { PATH: join(folder, 'nothing') });
    expect(ran.stderr).toMatch(sentence);
    expect(ran.code).toBe(1);
  });

  it('takes what there is of a file that was cut off, and writes what it has after Ctrl-C', async () => {
    const cut = file('cut.wav', wavFile(samplePcm('customer', 5000, 65_000), { promised: 4_800_000 }));
    const out = join(folder, 'stopped');
    const running = new CommandLine(['analyze', cut, '--out', out, '--pace', '1']);
    await running.says('90.0 s that its header promises are missing');
    await running.says('times real time'); // some seconds of a minute have gone by
    running.child.kill('SIGINT');
    const ran = await running.ended;
    expect(ran.stderr).toContain('Stopped by hand');
    expect(ran.code).toBe(130);
    const results = resultsOf(out);
    const ended = results[results.length - 1]!.event;
    expect(ended).toMatchObject({ type: 'rapport.session.ended', data: { clientReason: 'abandoned' } });
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('The file is cut off: 90.0 s');
  });
});

describe('rapport analyze, bad input', () => {
  const silence = new Uint8Array(64_000);
  it.each<[string, () => string[], number, RegExp]>([
    ['no file', () => [], 2, /analyze needs a recording/],
    ['a file that is not there', () => [join(folder, 'none.wav')], 1, /none\.wav does not exist: check the name/],
    ['a folder', () => [folder], 1, /is a folder: name a recording in it/],
    ['an empty file', () => [file('empty.wav', '')], 1, /empty\.wav is empty/],
    ['a text', () => [file('text.wav', 'hello')], 1, /text\.wav is not a WAV file\. Convert it: ffmpeg/],
    ['a header alone', () => [file('head.wav', wavFile(new Uint8Array(0)))], 1, /head\.wav holds no sound/],
    ['1 Hz', () => [file('slow.wav', wavFile(silence, { rateHz: 1 }))], 1, /has 1 Hz, 8000 to 192000 Hz/],
    ['two channels, unnamed', () => [file('two.wav', wavFile(silence, { channels: 2 }))], 2, /--stereo customer,agent/],
    ['a bad chat', () => [file('a.wav', wavFile(silence)), '--chat', file('c.jsonl', 'x')], 1, /line 1: not JSON/],
    ['a bad pace', () => [file('a.wav', wavFile(silence)), '--pace', 'fast'], 2, /--pace fast is not usable/],
    [
      'a file where results go',
      () => [file('a.wav', wavFile(silence)), '--out', file('b.txt', '')],
      1,
      /b\.txt cannot be written \(EEXIST\): choose another folder/,
    ],
    ['one result folder for two', () => [file('a.wav', wavFile(silence)), join(folder, 'a.wav')], 2, /would write to/],
  ])('%s: one sentence', async (_name, args, code, sentence) => {
    const ran = await rapport(['analyze', ...args()]);
    expect(ran.stderr).toMatch(sentence);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(ran).toMatchObject({ code, stdout: '' });
  });

  it('says how to go on without ffmpeg', async () => {
    const ran = await rapport(['analyze', file('call.mp3', 'ID3')], { PATH: join(folder, 'nothing') });
    expect(ran.stderr).toMatch(
      /^rapport: call\.mp3 is no WAV or FLAC file .* and ffmpeg, .*: install ffmpeg, or convert it to WAV/,
    );
    expect(ran.code).toBe(1);
    const off = await rapport(['analyze', file('call.mp3', 'ID3')], { RAPPORT_FFMPEG: 'off' });
    expect(off).toMatchObject({ code: 1, stderr: expect.stringMatching(/is switched off: set RAPPORT_FFMPEG to/) });
    const odd = await rapport(['analyze', file('odd.wav', wavFile(silence, { bits: 12 }))], {
      PATH: join(folder, 'nothing'),
    });
    expect(odd.stderr).toMatch(/^rapport: odd\.wav holds PCM samples of 12 bits: .* are read\. Convert it: ffmpeg/);
    expect(existsSync(join(folder, 'call.rapport', 'nothing'))).toBe(false);
  });
});
