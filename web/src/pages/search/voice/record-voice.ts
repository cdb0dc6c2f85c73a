import { MAX_SNIPPET_MS } from './snippet';
import { SoundError } from './sound-error';

export interface Recording {
  /** What was recorded, once it has stopped: by `stop`, or by itself after 15 s. */
  readonly sound: Promise<Blob>;
  stop(): void;
}

/** What a browser does to a voice changes how it sounds. */
const CONSTRAINTS = { audio: { echoCancellation: true, noiseSuppression: false, autoGainControl: false } };
const OR_CHOOSE = 'or choose a recording that you have as a file.';

/** Begins to record from the microphone. Rejects with SoundError. */
export async function recordVoice(): Promise<Recording> {
  // browsers have none in pages that came over a network in the clear (Secure Contexts)
  if (navigator.mediaDevices === undefined || typeof MediaRecorder === 'undefined') {
    throw new SoundError(
      'This browser gives the page no microphone.',
      `Open the page over HTTPS or on the machine of the service, ${OR_CHOOSE}`,
    );
  }
  let microphone: MediaStream;
  try {
    microphone = await navigator.mediaDevices.getUserMedia(CONSTRAINTS);
  } catch (error) {
    throw refusal((error as DOMException).name);
  }
  const recorder = new MediaRecorder(microphone);
  const parts: Blob[] = [];
  const stop = (): void => {
    if (recorder.state !== 'inactive') recorder.stop();
  };
  const limit = setTimeout(stop, MAX_SNIPPET_MS);
  const sound = new Promise<Blob>((resolve) => {
    recorder.ondataavailable = ({ data }) => void parts.push(data);
    // also when the microphone goes away
    recorder.onstop = () => {
      clearTimeout(limit);
      for (const track of microphone.getTracks()) track.stop();
      resolve(new Blob(parts, { type: recorder.mimeType }));
    };
  });
  recorder.start();
  return { sound, stop };
}

/** @param name of the DOMException (Media Capture and Streams, section 10.2) */
function refusal(name: string): SoundError {
  switch (name) {
    case 'NotAllowedError':
      return new SoundError(
        'The microphone was not allowed.',
        `Allow it in the browser's settings of this page, ${OR_CHOOSE}`,
      );
    case 'NotFoundError':
      return new SoundError('There is no microphone.', `Connect one, ${OR_CHOOSE}`);
    default:
      return new SoundError('The microphone cannot be used.', `See whether another program holds it, ${OR_CHOOSE}`);
  }
}
