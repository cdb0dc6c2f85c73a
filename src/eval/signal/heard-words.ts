import type { SpokenWord } from '../../inference/inference-pool';
import { FRAME_SAMPLES, SAMPLES_PER_MS, streamOptions } from '../../streams/stream-options';
import { type Cut, UtteranceCutter } from '../../streams/utterance-cutter';
import { VoiceActivity } from '../../streams/voice-activity';
import type { Served } from '../served';
import { frameProbabilities } from './heard-speech';

/** An utterance in which words were heard, before redaction. */
export interface HeardUtterance {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  /** Times from the start of the recording. */
  readonly words: readonly SpokenWord[];
}

/** What is written down of a recording: utterance by utterance, as voice activity cuts them; those without words are left out. */
export async function heardUtterances(
  served: Served,
  pcm: Int16Array,
  language: string,
  tell: () => void = () => {},
): Promise<HeardUtterance[]> {
  const heard: HeardUtterance[] = [];
  for (const { start, end } of await cutsOf(served, pcm)) {
    const { text, words } = await served.run('transcript', {
      pcm: pcm.slice(start, Math.min(end, pcm.length)),
      language,
    });
    tell();
    if (text === '') continue;
    const startMs = start / SAMPLES_PER_MS;
    const inRecording = (words ?? []).map((word) => ({
      ...word,
      startMs: startMs + word.startMs,
      endMs: startMs + word.endMs,
    }));
    heard.push({ startMs, endMs: end / SAMPLES_PER_MS, text, words: inRecording });
  }
  return heard;
}

async function cutsOf(served: Served, pcm: Int16Array): Promise<Cut[]> {
  const options = streamOptions();
  const [activity, cutter] = [new VoiceActivity(options), new UtteranceCutter(options)];
  const probabilities = await frameProbabilities(served, pcm);
  const cuts = probabilities.map((probability, frame) => {
    const start = frame * FRAME_SAMPLES;
    return cutter.next(start, start + FRAME_SAMPLES, probability, activity.next(probability));
  });
  return [...cuts, cutter.close(probabilities.length * FRAME_SAMPLES)].filter((cut) => cut !== undefined);
}
