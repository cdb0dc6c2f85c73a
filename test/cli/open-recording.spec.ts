import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording } from '../../src/cli/recording/open-recording';
import type { Recording } from '../../src/cli/recording/recording';
import { samplePcm, wavFile } from './wav-file';

const folder = mkdtempSync(join(tmpdir(), 'rapport-recording-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const SECONDS = 2;
const PCM = samplePcm('customer', 6000, 6000 + 1000 * SECONDS);
const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

const open = (name: string): Promise<Recording> => openRecording(join(folder, name), () => ['customer']);

/** 16 kHz samples of the first voice. */
async function heard(recording: Recording): Promise<Int16Array> {
  const pieces: Uint8Array[] = [];
  for await (const cue of recording.cues()) if (cue.kind === 'media' && cue.streamId === 1) pieces.push(cue.payload);
  const bytes = Uint8Array.from(Buffer.concat(pieces));
  return new Int16Array(bytes.buffer, 0, bytes.length / 2);
}

/** How alike two sounds of the same place are, 1 at most. */
function likeness(a: Int16Array, b: Int16Array): number {
  let [both, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    both += a[i]! * b[i]!;
    ofA += a[i]! ** 2;
    ofB += b[i]! ** 2;
  }
  return both / Math.sqrt(ofA * ofB);
}

const SAID = Int16Array.from({ length: PCM.length / 2 }, (_, i) => PCM.readInt16LE(2 * i));
const floats = (samples: Int16Array): Uint8Array =>
  new Uint8Array(Float32Array.from(samples, (sample) => sample / 32768).buffer);

it('a WAV file of floats is read as it is', async () => {
  writeFileSync(join(folder, 'float.wav'), wavFile(floats(SAID), { bits: 32, format: 3 }));
  const recording = await open('float.wav');
  expect([recording.durationMs, recording.remarks]).toEqual([1000 * SECONDS, []]);
  expect(await heard(recording)).toEqual(SAID);
});

// Bug: of WAV files only PCM of 8 and 16 bits up to 48 kHz was read, and whatever began with RIFF or was called .wav was taken for one.
(hasFfmpeg ? describe : describe.skip)(
  `recordings as others write them${hasFfmpeg ? '' : ' (skipped: no ffmpeg)'}`,
  () => {
    const write = (name: string, ...how: string[]): void => {
      writeFileSync(join(folder, 'said.wav'), wavFile(PCM));
      const { stderr } = spawnSync('ffmpeg', ['-loglevel', 'error', '-y', '-i', join(folder, 'said.wav'), ...how, join(folder, name)]); // prettier-ignore
      expect(String(stderr)).toBe('');
    };

    it.each<[string, string[], number]>([
      ['mulaw.wav', ['-ar', '8000', '-c:a', 'pcm_mulaw'], 0.9],
      ['alaw.wav', ['-ar', '8000', '-c:a', 'pcm_alaw'], 0.9],
      ['s24.wav', ['-ar', '44100', '-c:a', 'pcm_s24le'], 0.99],
      ['f64.wav', ['-ar', '96000', '-c:a', 'pcm_f64le'], 0.99],
      ['adpcm.wav', ['-c:a', 'adpcm_ima_wav'], 0.98],
      ['six-channels.wav', ['-ac', '6'], 0.9],
      ['film.avi', ['-f', 'avi', '-c:a', 'pcm_s16le'], 0.99],
      ['in-truth-flac.wav', ['-f', 'flac'], 0.99],
      ['in-truth-aiff.wav', ['-f', 'aiff'], 0.99],
    ])('%s', async (name, how, least) => {
      write(name, ...how);
      const recording = await open(name);
      const sound = await heard(recording);
      expect(Math.abs(sound.length - SAID.length)).toBeLessThan(1600);
      expect(likeness(sound, SAID)).toBeGreaterThan(least);
    });
  },
);
