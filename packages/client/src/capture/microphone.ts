import { type Codec, RapportError } from '@rapport-live/protocol';
import {
  type AudioContextLike,
  type AudioNodeLike,
  type MediaSource,
  type MediaTrack,
  type WorkletNodeLike,
} from './browser';
import type { Capture, CaptureHost, CaptureOptions } from './capture';
import { CaptureClock, type StampedSound } from './capture-clock';
import { askFor, deviceError, required } from './device-error';
import { MICROPHONE_WORKLET } from './microphone-worklet';
import { liveTrack, OpenCapture, streamFor } from './open-capture';

export interface MicrophoneOptions extends CaptureOptions {
  /** Sound of one frame, ms. Default 40: half the messages of 20, and 20 ms later. */
  readonly frameMs?: number;
  /** Where the page serves `dist/microphone-worklet.js`, if its Content-Security-Policy allows no `blob:` scripts. */
  readonly workletUrl?: string;
}

/** Echo is taken out, or the agent is heard as the customer. What else a browser does to a voice changes how it sounds. */
const CONSTRAINTS = { audio: { echoCancellation: true, noiseSuppression: false, autoGainControl: false } };
/** The rate that the models want: the browser's own resampler makes it. */
const RATE_HZ = 16_000;
const CODECS: Readonly<Record<number, Codec>> = {
  8000: 'pcm16le-8k',
  16000: 'pcm16le-16k',
  24000: 'pcm16le-24k',
  48000: 'pcm16le-48k',
};

/**
 * Sends what a microphone hears as PCM16. An AudioWorklet rather than MediaRecorder: frames come after `frameMs` and not
 * after a slice of 250 ms and more, every browser has it (Safari's recorder writes no WebM), the count of samples is a
 * clock, a pause is cut at the sample, and a resumed connection needs no header. The price is 256 kbit/s upstream.
 */
export async function attachMicrophone(
  host: CaptureHost,
  given: MediaSource | undefined,
  options: MicrophoneOptions = {},
): Promise<Capture> {
  const { frameMs = 40, workletUrl, signal } = options;
  signal?.throwIfAborted();
  required('AudioContext');
  const Node = required('AudioWorkletNode');
  const source = given ?? (await askFor('microphone', CONSTRAINTS));
  const asked = given === undefined ? source : undefined;
  const release = (): void => asked?.getAudioTracks().forEach((track) => track.stop());
  let context: AudioContextLike | undefined;
  try {
    const track = liveTrack(source.getAudioTracks());
    const [opened, input] = await listenTo(source);
    context = opened;
    await loadWorklet(context, workletUrl);
    const streamId = await streamFor(host, CODECS[context.sampleRate]!, options);
    const frameSamples = Math.round((context.sampleRate * frameMs) / 1000);
    const node = new Node(context, 'rapport-microphone', { channelCount: 2, processorOptions: { frameSamples } });
    input.connect(node);
    node.connect(context.destination); // silence: browsers run what leads somewhere
    const close = (): void => {
      node.port.onmessage = null;
      node.port.postMessage('over');
      input.disconnect();
      node.disconnect();
      void opened.close().catch(() => {});
      release();
    };
    return running(host, streamId, { context, node, track, close }, signal);
  } catch (error) {
    release();
    void context?.close().catch(() => {});
    throw error;
  }
}

interface Running {
  readonly context: AudioContextLike;
  readonly node: WorkletNodeLike;
  readonly track: MediaTrack;
  readonly close: () => void;
}

function running(host: CaptureHost, streamId: number, parts: Running, signal: AbortSignal | undefined): Capture {
  const { context, node, track } = parts;
  const clock = new CaptureClock((context.sampleRate * 2) / 1000);
  const send = ({ pcm, ptsMs, gapFromMs }: StampedSound): void =>
    host.push(
      streamId,
      pcm,
      ptsMs,
      gapFromMs === undefined ? {} : { gap: { fromPtsMs: gapFromMs, reason: track.muted ? 'muted' : 'device' } },
    );
  const onState = (): void => {
    if (context.state === 'running') capture.tell({ state: 'live' });
    else if (context.state !== 'closed') capture.tell({ state: 'suspended' });
  };
  const close = (): void => {
    context.removeEventListener('statechange', onState);
    clock.flush().forEach(send);
    parts.close();
  };
  const capture = new OpenCapture(streamId, host, { device: 'microphone', track, close }, signal);
  if (capture.hasEnded) return capture;
  node.port.onmessage = ({ data }) => {
    host.checkClocks();
    clock.stamp(new Uint8Array(data), host.nowMs).forEach(send);
  };
  // Without a click of the person some browsers start no sound: then `suspended` is told, and `live` once it runs.
  if (context.state === 'suspended') {
    capture.tell({ state: 'suspended' });
    void context.resume().catch(() => {});
  }
  context.addEventListener('statechange', onState);
  return capture;
}

/** Some browsers resample no microphone: those hear it at the rate of their own context. */
async function listenTo(source: MediaSource): Promise<[AudioContextLike, AudioNodeLike]> {
  const Context = required('AudioContext');
  const first = new Context({ sampleRate: RATE_HZ, latencyHint: 'interactive' });
  try {
    return [first, first.createMediaStreamSource(source)];
  } catch {
    await first.close();
  }
  const own = new Context({ latencyHint: 'interactive' });
  try {
    if (CODECS[own.sampleRate] === undefined) throw new Error(`its context runs at ${own.sampleRate} Hz`);
    return [own, own.createMediaStreamSource(source)];
  } catch (error) {
    await own.close();
    throw deviceError('microphone', error);
  }
}

async function loadWorklet({ audioWorklet }: AudioContextLike, workletUrl: string | undefined): Promise<void> {
  if (audioWorklet === undefined) throw new RapportError('media_unsupported', 'This browser has no AudioWorklet here.');
  const url = workletUrl ?? URL.createObjectURL(new Blob([MICROPHONE_WORKLET], { type: 'text/javascript' }));
  try {
    await audioWorklet.addModule(url);
  } catch (cause) {
    const hint = workletUrl === undefined ? ': allow blob: in script-src, or give workletUrl' : ` from ${workletUrl}`;
    throw new RapportError('media_unsupported', `The audio worklet could not be loaded${hint}.`, { cause });
  } finally {
    if (workletUrl === undefined) URL.revokeObjectURL(url);
  }
}
