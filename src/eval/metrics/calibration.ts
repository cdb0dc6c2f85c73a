export interface Told {
  /** Probability of the answer. */
  readonly confidence: number;
  readonly right: boolean;
}

export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

const BINS = 15;

/** Equal bins of confidence, as Guo et al. 2017 ("On calibration of modern neural networks"). Empty ones are left out. */
export function reliability(told: readonly Told[]): ReliabilityBin[] {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const { confidence, right } of told) {
    const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))]!;
    bin.count += 1;
    bin.confidence += confidence;
    bin.right += right ? 1 : 0;
  }
  return bins.flatMap(({ count, confidence, right }, i) =>
    count === 0
      ? []
      : [{ from: i / BINS, to: (i + 1) / BINS, count, confidence: confidence / count, accuracy: right / count }],
  );
}

/** Expected calibration error: mean distance of confidence and accuracy, weighted by the bins' counts. */
export function calibrationError(told: readonly Told[]): number {
  const bins = reliability(told);
  return (
    bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.accuracy) * bin.count, 0) / Math.max(1, told.length)
  );
}
