import type { TimeSpan } from '../../facts/stream-fact';
import type { VoiceActivityState } from '../../inference/inference-pool';
import { ENCODE_DEFAULTS } from '../../models/encode/encode-options';
import { SpeechWindow } from '../../models/encode/speech-window';
import { FRAME_SAMPLES, SAMPLES_PER_MS, streamOptions } from '../../streams/stream-options';
import { VoiceActivity } from '../../streams/voice-activity';
import type { Served } from '../served';

/** Frames of one job, as live streams send them: 512 ms. */
const FRAMES_A_JOB = 16;
/** [2, 1, 128] */
const RECURRENT_NUMBERS = 256;
const CONTEXT_SAMPLES = 64;

/** Speech probability of each frame of a clip, the last one filled up with zeros. */
export async function frameProbabilities(served: Served, pcm: Int16Array): Promise<number[]> {
  const probabilities: number[] = [];
  let state: VoiceActivityState = {
    recurrent: new Float32Array(RECURRENT_NUMBERS),
    context: new Float32Array(CONTEXT_SAMPLES),
  };
  const frames = Math.ceil(pcm.length / FRAME_SAMPLES);
  for (let from = 0; from < frames; from += FRAMES_A_JOB) {
    const count = Math.min(FRAMES_A_JOB, frames - from);
    const samples = new Float32Array(count * FRAME_SAMPLES);
    pcm.subarray(from * FRAME_SAMPLES, (from + count) * FRAME_SAMPLES).forEach((value, i) => {
      samples[i] = value / 0x8000;
    });
    const scored = await served.run('voice-activity', { samples, state });
    state = scored.state;
    probabilities.push(...scored.probabilities);
  }
  return probabilities;
}

/** Where voice activity hears speech. */
export async function speechSpans(served: Served, pcm: Int16Array): Promise<TimeSpan[]> {
  const policy = new VoiceActivity(streamOptions());
  const spans: { startMs: number; endMs: number }[] = [];
  let runStart: number | undefined;
  for (const [frame, probability] of (await frameProbabilities(served, pcm)).entries()) {
    const phase = policy.next(probability);
    if (phase === 'silence') runStart = undefined;
    else runStart ??= frame;
    if (phase !== 'speech') continue;
    // a run that was a candidate becomes speech as a whole
    const startMs = (runStart! * FRAME_SAMPLES) / SAMPLES_PER_MS;
    const endMs = ((frame + 1) * FRAME_SAMPLES) / SAMPLES_PER_MS;
    const last = spans.at(-1);
    if (last !== undefined && last.endMs >= startMs) last.endMs = endMs;
    else spans.push({ startMs, endMs });
  }
  return spans;
}

export interface HeardWindow {
  /** What the voice encoder is given. */
  readonly pcm: Int16Array<ArrayBuffer>;
  /** Speech in the window, ms; the service assesses no voice below `ENCODE_DEFAULTS.minSpeechMs`. */
  readonly speechMs: number;
}

/** The window that ends where the speech ends: what the service encodes when the clip's last words have come in. */
export async function heardWindow(served: Served, pcm: Int16Array): Promise<HeardWindow> {
  const { voiceWindowMs, speechMarginMs, minStretchMs } = ENCODE_DEFAULTS;
  const speech = await speechSpans(served, pcm);
  const lengthMs = pcm.length / SAMPLES_PER_MS;
  const endMs = Math.min(lengthMs, (speech.at(-1)?.endMs ?? lengthMs) + speechMarginMs);
  const hop = { hopStartMs: 0, hopEndMs: Math.max(endMs, Math.min(lengthMs, minStretchMs)) };
  const window = new SpeechWindow(voiceWindowMs);
  window.push(hop, [{ streamName: 'clip', party: 'customer', pcm, speech }]);
  const { pcm: stretch } = window.stretch(speechMarginMs, minStretchMs);
  return { pcm: stretch, speechMs: window.speechMs };
}
