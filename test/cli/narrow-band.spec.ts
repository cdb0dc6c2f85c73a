import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wavRecording } from '../../src/cli/recording/wav-recording';
import type { Recording } from '../../src/cli/recording/recording';
import { atRate, bytesOf, overTelephone, sampleVoice } from '../../src/streams/codecs/testing/signals';
import { wavFile } from './wav-file';

const folder = mkdtempSync(join(tmpdir(), 'rapport-band-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const written = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

const voice = sampleVoice(6500, 17_000);
async function remarksOf(recording: Recording): Promise<readonly string[]> {
  for await (const cue of recording.cues()) void cue;
  return recording.remarks;
}
const wav = (name: string, sound: Int16Array, rateHz: number): Recording =>
  wavRecording(written(name, wavFile(bytesOf(atRate(sound, rateHz)), { rateHz })), () => ['customer']);

// Bug: a live session was told, and `analyze` said nothing.
it('a WAV file that claims 48 kHz and is of 8 kHz is told so, and one that is of 16 kHz is not', async () => {
  expect(await remarksOf(wav('narrow.wav', overTelephone(voice), 48_000))).toEqual([
    'It claims 48000 Hz and holds nothing above 4 kHz: sound of a telephone, kept at a higher rate. It was analysed as it is.',
  ]);
  expect(await remarksOf(wav('wide.wav', voice, 48_000))).toEqual([]);
  expect(await remarksOf(wav('honest.wav', voice, 8000))).toEqual([]);
});
