/** Counts of what was said for what it was: rows are the truth, columns the answer. */
export class Confusion<L extends string = string> {
  private readonly counts: number[][];

  constructor(readonly labels: readonly L[]) {
    this.counts = labels.map(() => labels.map(() => 0));
  }

  static of<L extends string>(labels: readonly L[], pairs: Iterable<readonly [truth: L, answer: L]>): Confusion<L> {
    const confusion = new Confusion(labels);
    for (const [truth, answer] of pairs) confusion.add(truth, answer);
    return confusion;
  }

  add(truth: L, answer: L): void {
    this.counts[this.labels.indexOf(truth)]![this.labels.indexOf(answer)]! += 1;
  }

  count(truth: L, answer: L): number {
    return this.counts[this.labels.indexOf(truth)]![this.labels.indexOf(answer)]!;
  }

  total(truth: L): number {
    return this.counts[this.labels.indexOf(truth)]!.reduce((a, b) => a + b, 0);
  }

  /** Undefined where nothing is of that label. */
  recall(label: L): number | undefined {
    const total = this.total(label);
    return total === 0 ? undefined : this.count(label, label) / total;
  }

  /** Mean of the recalls of the labels that occur: unweighted average recall (UAR), or macro-recall. */
  get macroRecall(): number {
    const recalls = this.labels.map((label) => this.recall(label)).filter((recall) => recall !== undefined);
    return recalls.reduce((a, b) => a + b, 0) / Math.max(1, recalls.length);
  }

  get accuracy(): number {
    const all = this.counts.flat().reduce((a, b) => a + b, 0);
    const right = this.labels.reduce((sum, label) => sum + this.count(label, label), 0);
    return right / Math.max(1, all);
  }
}
