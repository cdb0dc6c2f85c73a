import { FRAME_SAMPLES, SAMPLES_PER_MS, type StreamOptions } from './stream-options';

/** `candidate`: a run that is not long enough yet; it becomes speech as a whole or silence as a whole. */
export type VoicePhase = 'silence' | 'candidate' | 'speech';

/** Probabilities to speech, with hysteresis and a shortest run. The model knows no policy and this knows no model. */
export class VoiceActivity {
  readonly #minFrames: number;
  #run = 0;

  constructor(private readonly options: Pick<StreamOptions, 'speechOn' | 'speechOff' | 'minSpeechMs'>) {
    this.#minFrames = Math.max(1, Math.floor((options.minSpeechMs * SAMPLES_PER_MS) / FRAME_SAMPLES));
  }

  next(probability: number): VoicePhase {
    const threshold = this.#run > 0 ? this.options.speechOff : this.options.speechOn;
    this.#run = probability >= threshold ? this.#run + 1 : 0;
    if (this.#run === 0) return 'silence';
    return this.#run >= this.#minFrames ? 'speech' : 'candidate';
  }

  reset(): void {
    this.#run = 0;
  }
}
