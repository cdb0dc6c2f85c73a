import type { Party } from '@rapport-live/protocol';
import { luhnWindows } from './check-digits';
import { readsOut, standsFree } from './dictation';
import type { Meter } from './digit-items';
import { CARD_DIGITS, type ChainFinding, judgeChain, maskOf, MIN_MASKED_DIGITS, valuesOf } from './digit-rules';
import { DigitTail, type TailAround } from './digit-tail';
import { codeSpans } from './redaction-codes';
import { topicAsked, type Topic } from './redaction-context';
import { digitChains } from './redaction-digits';
import { emailSpans } from './redaction-emails';
import { type Mask, settleMasks } from './redaction-kinds';
import { secretSpans } from './spoken-secrets';

/** In a partial, runs of three digits go too: their fourth may be on its way (rule 12). */
const MIN_PARTIAL_DIGITS = 3;

/** So many digits at once go on with a number though another party spoke of something else. */
const MIN_RESUMED_DIGITS = 3;

interface Finding extends ChainFinding {
  /** It may be a part of a number that goes on in other texts. */
  readonly joins: boolean;
}

/** Where to mask in the texts of one session; works on bare strings and is known to `redaction.ts` and its tests only. */
export class RedactionSession {
  private readonly tail = new DigitTail();

  constructor(private readonly meter: Meter = { steps: 0 }) {}

  final(text: string, mediaMs: number, party: Party): Mask[] {
    this.tail.advance(mediaMs);
    const asked = this.tail.topicAt(mediaMs);
    const { fixed, findings } = this.look(text, asked);
    const own = findings.filter(({ joins }) => joins);
    const joined = this.joinMasks(own, this.tail.around(party, mediaMs));
    for (const { chain } of own) this.tail.add(party, mediaMs, valuesOf(chain));
    const topic = topicAsked(text);
    if (topic !== undefined) this.tail.ask(mediaMs, topic);
    else if (own.length === 0 && !readsOut(text) && !/\b(?:digits?|numbers?|next|rest)\b/i.test(text))
      this.tail.turn(party, mediaMs);
    // joined masks come first: a card that ends here is called one
    return settleMasks([...fixed, ...joined, ...findings.flatMap(({ masks }) => masks)]);
  }

  /** `end`: offset behind which the text is held back, for it ends with one or two digits that may go on. */
  partial(text: string): { masks: Mask[]; end: number } {
    const { fixed, findings } = this.look(text, undefined);
    const masks = findings.flatMap(({ chain, masks }) => {
      const count = chain.digits.length;
      return masks.length === 0 && count < MIN_PARTIAL_DIGITS
        ? []
        : [...masks, maskOf(chain, 0, count - 1, masks[0]?.kind ?? 'number')];
    });
    const last = findings.at(-1)?.chain;
    const goesOn =
      last !== undefined &&
      last.digits.length < MIN_PARTIAL_DIGITS &&
      last.digits.some(({ homophone, exclaimed }) => !homophone && !exclaimed) &&
      !/[\p{L}\p{N}]/u.test(text.slice(last.digits.at(-1)!.end));
    return { masks: settleMasks([...fixed, ...masks]), end: goesOn ? last.leadStart : text.length };
  }

  advance(mediaMs: number): void {
    this.tail.advance(mediaMs);
  }

  forget(): void {
    this.tail.clear();
  }

  private look(text: string, asked: Topic | undefined): { fixed: Mask[]; findings: Finding[] } {
    const { meter } = this;
    const fixed = settleMasks([
      ...emailSpans(text, meter).map((span) => ({ ...span, kind: 'email' as const })),
      ...codeSpans(text, meter),
      ...secretSpans(text, meter).map((span) => ({ ...span, kind: 'secret' as const })),
    ]);
    const dictated = readsOut(text);
    const findings: Finding[] = [];
    let from = 0;
    for (const { start: to, end } of [...fixed, { start: text.length, end: text.length }]) {
      for (const chain of digitChains(text, from, to, meter)) {
        const readOut = dictated && standsFree(text, chain);
        const finding = judgeChain(text, chain, { readOut, asked }, meter);
        findings.push({ ...finding, joins: !finding.plain && (finding.masks.length > 0 || readOut) });
      }
      from = end;
    }
    return { fixed, findings };
  }

  /**
   * Masks that the digits around make: short groups, once four digits are together with those of other texts and of the
   * numbers before them in this one; and cards whose groups stand in several texts.
   */
  private joinMasks(own: readonly Finding[], { before, behind, fresh }: TailAround): Mask[] {
    const parts = [...before, ...own.map(({ chain }) => valuesOf(chain)), ...behind];
    const inCard = cardParts(parts, before.length, before.length + own.length, this.meter);
    const all = [...before, ...behind].join('').length;
    let inText = 0;
    return own.flatMap(({ chain, masks }, i) => {
      const count = chain.digits.length;
      const card = inCard.has(before.length + i) && masks.every(({ kind }) => kind === 'number' || kind === 'phone');
      // one or two digits after something else was spoken of answer that: "how many?" - "two"
      const around = inText + (count < MIN_RESUMED_DIGITS ? fresh : all);
      const joined = around > 0 && around + count >= MIN_MASKED_DIGITS;
      if (masks.length > 0) inText += count;
      if (masks.length > 0 ? !card : !joined && !card) return [];
      return [maskOf(chain, 0, count - 1, card ? 'card' : 'number')];
    });
  }
}

/**
 * Which parts belong to a card that other texts hold a part of: 13-19 digits of whole parts that pass Luhn's check.
 * Parts from `ownFrom` to `ownTo` stand in one text.
 */
function cardParts(parts: readonly string[], ownFrom: number, ownTo: number, meter: Meter): Set<number> {
  const inCard = new Set<number>();
  if (ownTo - ownFrom === parts.length) return inCard;
  const passes = luhnWindows([...parts.join('')].map(Number));
  let first = 0;
  parts.forEach((_, i) => {
    let after = first;
    for (let j = i; j < parts.length && after - first <= CARD_DIGITS.max; j++) {
      meter.steps++;
      after += parts[j]?.length ?? 0;
      const size = after - first;
      if (i >= ownFrom && j < ownTo) continue;
      if (size < CARD_DIGITS.min || size > CARD_DIGITS.max || !passes(first, after)) continue;
      for (let part = i; part <= j; part++) inCard.add(part);
    }
    first += parts[i]?.length ?? 0;
  });
  return inCard;
}
