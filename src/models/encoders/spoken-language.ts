import type { SpokenLanguage } from '../../inference/inference-pool';

/** The language that a decoder expects next, and its softmax among the languages alone. */
export function tellLanguage(logits: Float32Array, languageTokenIds: Readonly<Record<string, number>>): SpokenLanguage {
  const scored = Object.entries(languageTokenIds).map(([language, id]) => ({
    language,
    logit: logits[id] ?? -Infinity,
  }));
  const best = scored.reduce((a, b) => (b.logit > a.logit ? b : a));
  if (!Number.isFinite(best.logit)) throw new Error('the decoder gave no finite score to a language');
  const sum = scored.reduce((total, { logit }) => total + Math.exp(logit - best.logit), 0);
  return { language: best.language, probability: 1 / sum };
}
