import { bytesOf } from '../../../words/bytes';
import { seconds } from '../../conversation/words';
import { MIN_SNIPPET_MS, SNIPPET_RATE_HZ, type Snippet, snippetOf } from './snippet';
import { SoundError } from './sound-error';

/** Of a file, since all of it is decoded before anything is cut off. */
const MAX_FILE_BYTES = 10 << 20;

/** Whatever sound the browser can decode, as the service takes it. Rejects with SoundError. */
export async function readSound(sound: Blob, name?: string): Promise<Snippet> {
  if (sound.size > MAX_FILE_BYTES) {
    const limit = bytesOf(MAX_FILE_BYTES);
    throw new SoundError(
      `The file has ${bytesOf(sound.size)}, and at most ${limit} are read.`,
      'Cut the moment out of it, and choose that.',
    );
  }
  let decoded: AudioBuffer;
  try {
    // decoding resamples to the rate of the context (Web Audio API, section 1.1.7)
    const context = new OfflineAudioContext(1, 1, SNIPPET_RATE_HZ);
    decoded = await context.decodeAudioData(await sound.arrayBuffer());
  } catch {
    throw new SoundError(
      name === undefined ? 'The recording cannot be read.' : 'The file is no sound that this browser can read.',
      'Choose a WAV, MP3, FLAC, Ogg or M4A file.',
    );
  }
  const channels = Array.from({ length: decoded.numberOfChannels }, (_, i) => decoded.getChannelData(i));
  const snippet = snippetOf(channels, name);
  if (snippet !== undefined) return snippet;
  throw new SoundError(
    `The recording lasts ${seconds(decoded.duration * 1000)}.`,
    `It takes at least ${seconds(MIN_SNIPPET_MS)} of voice to search by.`,
  );
}
