import type { SpeechParameters } from '../runtime/manifest';
import { greatestOf, inBlocks } from './blocks';

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
    inBlocks(barred.length, (from, to) => {
      id = bestIn(logits, barred, from, to, id);
    });
    if (id === -1) throw new Error('the decoder gave no finite score');
    const greatest = logits[id]!;
    let sum = 0;
    inBlocks(barred.length, (from, to) => {
      sum += powersIn(logits, barred, from, to, greatest);
    });
    return { id, probability: 1 / sum };
  }
}

/** The softmax of one logit among all, none barred. */
export function probabilityOf(logits: Float32Array, id: number): number {
  const logit = logits[id] ?? -Infinity;
  const greatest = greatestOf(logits);
  let sum = 0;
  inBlocks(logits.length, (from, to) => {
    for (let i = from; i < to; i++) sum += Math.exp(logits[i]! - greatest);
  });
  return Math.exp(logit - greatest) / sum;
}

/** The id with the greatest logit among `best` (-1: none yet) and the allowed ones of from..to. */
function bestIn(logits: Float32Array, barred: Uint8Array, from: number, to: number, best: number): number {
  let id = best;
  let greatest = best === -1 ? -Infinity : logits[best]!;
  for (let i = from; i < to; i++) {
    const logit = logits[i]!;
    if (logit > greatest && barred[i] === 0) {
      greatest = logit;
      id = i;
    }
  }
  return id;
}

/** Part of the softmax's sum, relative to the greatest logit. */
function powersIn(logits: Float32Array, barred: Uint8Array, from: number, to: number, greatest: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    const below = logits[i]! - greatest;
    // e^-20 is nothing to a sum that holds 1.
    if (below > -20 && barred[i] === 0) sum += Math.exp(below);
  }
  return sum;
}
