import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MODELS_DIR } from './models-dir';

const WAV_HEADER_BYTES = 44;

/** 11 s of public speech, 16 kHz mono, and its words. */
export const SPEECH: { readonly pcm: Int16Array; readonly text: string } = (() => {
  const fixtures = join(MODELS_DIR, 'whisper-base', 'fixtures');
  const wav = readFileSync(join(fixtures, 'jfk.wav'));
  const pcm = new Int16Array(wav.buffer.slice(wav.byteOffset + WAV_HEADER_BYTES, wav.byteOffset + wav.byteLength));
  return { pcm, text: JSON.parse(readFileSync(join(fixtures, 'transcript.json'), 'utf8')).text };
})();
