import { digitItems, type Gap, type Item, type Meter, widerGap } from './digit-items';

export interface Digit {
  /** Offsets in UTF-16 units, end exclusive. The digits of one word ("eleven", "double three") share them. */
  readonly start: number;
  readonly end: number;
  readonly value: number;
  gap: Gap;
  readonly homophone: boolean;
  /** "oh". */
  readonly exclaimed: boolean;
}

/** Digits, written or spoken, with nothing but separators and fillers between them. */
export interface DigitChain {
  readonly digits: readonly Digit[];
  /** `+` or `(` directly before the first digit, or the word "plus", as phone numbers have it. */
  readonly lead: '+' | '(' | '';
  /** Offset of the lead, else of the first digit. */
  readonly leadStart: number;
  /** At least one digit is a word. */
  readonly spoken: boolean;
  /** "two hundred and fifty": an amount, when it stands alone. */
  readonly cardinal: boolean;
}

const MAX_FILLERS = 3;
/** "to" and "for" count as digits only in a number that has this many real ones. */
const MIN_BESIDE_HOMOPHONES = 5;

/** Every chain of `text` between the two offsets, in order. */
export function digitChains(text: string, from: number, to: number, meter: Meter): DigitChain[] {
  return new ChainBuilder(digitItems(text, from, to, meter), meter).build();
}

class ChainBuilder {
  private readonly chains: DigitChain[] = [];
  private digits: Digit[] = [];
  private lead: DigitChain['lead'] = '';
  private leadStart = 0;
  private spoken = false;
  private cardinal = false;
  private gap = 'none' as Gap;
  private fillers = 0;
  private then = false;
  private pendingPlus: number | undefined;

  constructor(
    private readonly items: readonly Item[],
    private readonly meter: Meter,
  ) {}

  build(): DigitChain[] {
    for (let i = 0; i < this.items.length; i++) {
      this.meter.steps++;
      const item = this.items[i] as Item;
      if (item.gap === 'break') this.close();
      else this.gap = widerGap(this.gap, item.gap);
      i = this.take(item, i);
    }
    this.close();
    return this.chains;
  }

  /** The index of the last item that was used up. */
  private take(item: Item, i: number): number {
    const { word } = item;
    if (word === undefined) {
      this.push(item, [item.value ?? 0], item.lead);
      return i;
    }
    switch (word.kind) {
      case 'unit':
      case 'teen':
        this.say(item, word.digits);
        return i;
      case 'tens':
        return this.takeTens(item, word.digits, i);
      case 'oh':
        // behind fillers it may be an exclamation, unless a number is under way
        if (
          this.follows(i) ||
          (this.digits.length > 2 && (this.gap === 'tight' || this.items[i - 1]?.word)) ||
          this.numberAt(i + 1, true)
        )
          this.say(item, word.digits);
        else this.close();
        return i;
      case 'homophone':
        if (this.follows(i) && this.items[i - 1]?.word && this.numberAt(i + 1, true)) this.say(item, word.digits, true);
        else this.close();
        return i;
      case 'multiple':
        return this.takeMultiple(item, word.times, i);
      case 'hundred':
        return this.takeHundred(item, i);
      case 'plus':
        this.close();
        if (this.numberAt(i + 1)) this.pendingPlus = item.start;
        return i;
      case 'and':
        // between written numbers it lists them, between spoken digits it may be a filler
        if (this.items[i - 1]?.word === undefined && this.items[i + 1]?.word?.kind !== 'then') {
          this.close();
        } else {
          this.fill(word.kind);
        }
        return i;
      default:
        this.fill(word.kind);
        return i;
    }
  }

  private fill(kind: 'and' | 'then' | 'filler' | 'sign'): void {
    if (++this.fillers > MAX_FILLERS) this.close();
    if (kind === 'then') this.then = true;
    else this.gap = widerGap(this.gap, kind === 'filler' ? 'tight' : 'loose');
  }

  private takeTens(item: Item, digits: string, i: number): number {
    const next = this.items[i + 1];
    if (next?.gap === 'tight' && next.word?.kind === 'unit' && next.word.digits !== '0') {
      this.push(item, [Number(digits[0])]);
      this.gap = 'none';
      this.say(next, next.word.digits);
      return i + 1;
    }
    this.say(item, digits);
    return i;
  }

  private takeMultiple(item: Item, times: number, i: number): number {
    const next = this.items[i + 1];
    const glued = this.items[i + 2]?.gap === 'none' && this.items[i + 2]?.value !== undefined;
    const value =
      next?.word?.kind === 'unit' || next?.word?.kind === 'oh'
        ? Number(next.word.digits)
        : glued
          ? undefined
          : next?.value;
    if (next === undefined || next.gap !== 'tight' || value === undefined) {
      this.close();
      return i;
    }
    this.spoken = true;
    this.push({ ...item, end: next.end }, new Array<number>(times).fill(value));
    this.spoken = true;
    return i + 1;
  }

  /** "one eight hundred five five five" gives two zeros; "five hundred and twenty" is the amount 520. */
  private takeHundred(item: Item, i: number): number {
    if (!this.follows(i) || groupSize(this.digits) > 2) {
      this.close();
      return i;
    }
    this.gap = 'none';
    const and = this.items[i + 1]?.word?.kind === 'and' && this.items[i + 1]?.gap === 'tight';
    const next = i + (and ? 2 : 1);
    const first = this.items[next];
    const kind = first?.gap === 'tight' ? first.word?.kind : undefined;
    const digits = first?.word !== undefined && 'digits' in first.word ? first.word.digits : '';
    if (first !== undefined && (kind === 'unit' || kind === 'teen' || kind === 'tens')) {
      const second = this.items[next + 1];
      const compound = kind === 'tens' && second?.gap === 'tight' && second.word?.kind === 'unit' ? second : undefined;
      const last = next + (compound ? 1 : 0);
      if (and || !this.numberAt(last + 1)) {
        const units = compound?.word !== undefined && 'digits' in compound.word ? compound.word.digits : digits[1];
        const rest = kind === 'unit' ? [0, Number(digits)] : [Number(digits[0]), Number(units)];
        this.cardinal = true;
        this.push({ ...item, end: (compound ?? first).end }, rest);
        return last;
      }
    }
    this.cardinal = true;
    this.push(item, [0, 0]);
    return i;
  }

  private say(item: Item, digits: string, homophone = false): void {
    this.push(item, [...digits].map(Number), undefined, homophone);
    this.spoken = true;
  }

  private push(item: Item, values: readonly number[], lead?: Item['lead'], homophone = false): void {
    if (this.digits.length === 0) {
      this.lead = this.pendingPlus !== undefined ? '+' : (lead?.sign ?? '');
      this.leadStart = this.pendingPlus ?? lead?.start ?? item.start;
      this.spoken = item.word !== undefined;
      this.gap = 'none';
    }
    const gap = this.then && this.gap !== 'none' ? 'tight' : this.gap;
    const exclaimed = item.word?.kind === 'oh';
    values.forEach((value, n) => {
      this.meter.steps++;
      this.digits.push({ start: item.start, end: item.end, value, gap: n === 0 ? gap : 'none', homophone, exclaimed });
    });
    this.rest();
  }

  private rest(): void {
    this.gap = 'none';
    this.fillers = 0;
    this.then = false;
    this.pendingPlus = undefined;
  }

  private close(): void {
    // "oh oh oh oh" is no number
    if (this.digits.some(({ exclaimed }) => !exclaimed)) {
      const { lead, leadStart, spoken, cardinal } = this;
      for (const part of withoutHomophones(this.digits)) {
        settleLists(part);
        const start = part[0]?.start ?? 0;
        const whole = part[0] === this.digits[0];
        const chain = { digits: part, spoken, cardinal };
        this.chains.push({ ...chain, lead: whole ? lead : '', leadStart: whole ? leadStart : start });
      }
    }
    this.digits = [];
    this.spoken = false;
    this.cardinal = false;
    this.rest();
  }

  /** The item stands directly behind a digit of the chain. */
  private follows(i: number): boolean {
    const before = this.items[i - 1];
    return (
      this.digits.length > 0 &&
      this.items[i]?.gap === 'tight' &&
      before !== undefined &&
      this.numberAt(i - 1, false, true)
    );
  }

  private numberAt(i: number, wordsOnly = false, anyGap = false): boolean {
    const item = this.items[i];
    if (item === undefined || (!anyGap && item.gap !== 'tight')) return false;
    if (item.word === undefined) return !wordsOnly;
    return ['unit', 'teen', 'tens', 'oh', 'multiple', 'homophone', 'hundred'].includes(item.word.kind);
  }
}

function groupSize(digits: readonly Digit[]): number {
  let size = 1;
  while (size < 3 && size < digits.length && digits[digits.length - size]?.gap === 'none') size++;
  return size;
}

/** A pause between single digits parts nothing ("four, one, one, one"); between longer groups it may end a number, and stays a `list`. */
function settleLists(digits: readonly Digit[]): void {
  const single = (i: number): boolean => (digits[i]?.gap ?? '') !== 'none' && digits[i + 1]?.gap !== 'none';
  for (let i = 1; i < digits.length; i++) {
    const digit = digits[i] as Digit;
    // the groups on either side are read before their own gaps change, and 'none' never does
    if (digit.gap === 'list' && (i === 1 || single(i - 1)) && single(i)) digit.gap = 'tight';
  }
}

/** In a short number, "to" and "for" are no digits: it ends there. */
function withoutHomophones(digits: Digit[]): Digit[][] {
  const homophones = digits.reduce((count, { homophone }) => count + (homophone ? 1 : 0), 0);
  if (homophones === 0 || digits.length - homophones >= MIN_BESIDE_HOMOPHONES) return [digits];
  const parts: Digit[][] = [];
  let part: Digit[] = [];
  for (const digit of digits) {
    if (!digit.homophone) part.push(part.length === 0 ? { ...digit, gap: 'none' } : digit);
    else {
      if (part.length > 0) parts.push(part);
      part = [];
    }
  }
  return part.length > 0 ? [...parts, part] : parts;
}
