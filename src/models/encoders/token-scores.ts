import type { SpeechParameters } from '../runtime/manifest';

/** Chooses the next token of a transcript among those that are text or its end. */
export class TokenScores {
  private readonly barred: Uint8Array;
  private readonly barredFirst: Uint8Array;

  constructor(parameters: SpeechParameters) {
    const { vocabularySize, endOfTextId, suppressIds, suppressBeginIds } = parameters;
    this.barred = new Uint8Array(vocabularySize);
    for (const id of suppressIds) this.barred[id] = 1;
    // Above the end of the text are only languages, tasks and timestamps.
    this.barred.fill(1, endOfTextId + 1);
    this.barredFirst = this.barred.slice();
    for (const id of suppressBeginIds) this.barredFirst[id] = 1;
  }

  /** The greatest logit and its softmax among the tokens allowed; at the first place the end is not. */
  best(logits: Float32Array, first: boolean): { id: number; probability: number } {
    const barred = first ? this.barredFirst : this.barred;
    let id = -1;
    let greatest = -Infinity;
    for (let i = 0; i < barred.length; i++) {
      const logit = logits[i] as number;
      if (logit > greatest && barred[i] === 0) {
        greatest = logit;
        id = i;
      }
    }
    if (id === -1) throw new Error('the decoder gave no finite score');
    let sum = 0;
    for (let i = 0; i < barred.length; i++) {
      const below = (logits[i] as number) - greatest;
      // e^-20 is nothing to a sum that holds 1.
      if (below > -20 && barred[i] === 0) sum += Math.exp(below);
    }
    return { id, probability: 1 / sum };
  }
}
