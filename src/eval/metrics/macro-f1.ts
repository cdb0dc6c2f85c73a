/** One text: the labels it has and those it was given. */
export interface MultiLabel {
  readonly truth: ReadonlySet<string>;
  readonly answer: ReadonlySet<string>;
}

/** Mean over the labels of F1 = 2 tp / (2 tp + fp + fn); of a label that neither occurs nor is given it is 0. */
export function macroF1(labels: readonly string[], items: readonly MultiLabel[]): number {
  return labels.reduce((sum, label) => sum + f1(label, items), 0) / labels.length;
}

export function f1(label: string, items: readonly MultiLabel[]): number {
  let [hits, wrong] = [0, 0];
  for (const { truth, answer } of items) {
    if (truth.has(label) && answer.has(label)) hits += 1;
    else if (truth.has(label) !== answer.has(label)) wrong += 1;
  }
  return hits === 0 ? 0 : (2 * hits) / (2 * hits + wrong);
}
