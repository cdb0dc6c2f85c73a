/** What is masked, each as `[kind]`. `number` is every run of four digits or more that is none of the others. */
export const REDACTION_KINDS = [
  'card',
  'security_code',
  'expiry',
  'iban',
  'national_id',
  'secret',
  'phone',
  'email',
  'number',
] as const;
export type RedactionKind = (typeof REDACTION_KINDS)[number];

export interface Mask {
  /** Offsets in UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly kind: RedactionKind;
}

/** In order and apart: of two that overlap, the earlier one grows over the later one and keeps its kind. */
export function settleMasks(masks: readonly Mask[]): Mask[] {
  const settled: Mask[] = [];
  for (const mask of [...masks].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = settled.at(-1);
    if (last !== undefined && mask.start < last.end)
      settled[settled.length - 1] = { ...last, end: Math.max(last.end, mask.end) };
    else settled.push(mask);
  }
  return settled;
}

/** `text` with each mask in its place, and how often each kind was masked. */
export function applyMasks(text: string, masks: readonly Mask[]) {
  const redactions: Partial<Record<RedactionKind, number>> = {};
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, kind } of masks) {
    parts.push(text.slice(at, start), `[${kind}]`);
    redactions[kind] = (redactions[kind] ?? 0) + 1;
    at = end;
  }
  parts.push(text.slice(at));
  return { text: parts.join(''), redactions };
}

/** A word of a text by its offsets, and when it was said. */
export interface TimedSpan {
  /** Offsets in UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly startMs: number;
  readonly endMs: number;
  /** That it was this word, in [0, 1]. */
  readonly probability: number;
}

/** A word that may be shown. */
export interface TimedWord {
  readonly word: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly probability: number;
}

/** The words of `text` as it is shown under its masks; those that one mask covers are one word, with the time of all. */
export function maskWords(text: string, words: readonly TimedSpan[], masks: readonly Mask[]): TimedWord[] {
  const groups: TimedSpan[][] = [];
  for (const word of words) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && masks.some(({ start, end }) => start < before!.end && end > word.start)) last.push(word);
    else groups.push([word]);
  }
  return groups.map((group) => {
    const [first, last] = [group[0]!, group.at(-1)!];
    const own = masks
      .filter(({ start, end }) => start < last.end && end > first.start)
      .map((mask) => ({ ...mask, start: Math.max(0, mask.start - first.start), end: mask.end - first.start }));
    return {
      word: applyMasks(text.slice(first.start, last.end), own).text,
      startMs: first.startMs,
      endMs: last.endMs,
      probability: group.reduce((sum, { probability }) => sum + probability, 0) / group.length,
    };
  });
}
