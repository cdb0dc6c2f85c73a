import { FRAME_SAMPLES, streamOptions } from '../../streams/stream-options';
import { type Cut, UtteranceCutter } from '../../streams/utterance-cutter';
import { VoiceActivity } from '../../streams/voice-activity';
import type { Served } from '../served';
import { frameProbabilities } from './heard-speech';

/** What is written down of a recording, before redaction: utterance by utterance, as voice activity cuts them. */
export async function heardWords(served: Served, pcm: Int16Array, language: string): Promise<string[]> {
  const texts: string[] = [];
  for (const { start, end } of await cutsOf(served, pcm)) {
    const { text } = await served.run('transcript', { pcm: pcm.slice(start, Math.min(end, pcm.length)), language });
    if (text !== '') texts.push(text);
  }
  return texts;
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
