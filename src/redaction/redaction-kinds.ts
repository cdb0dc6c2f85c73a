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
