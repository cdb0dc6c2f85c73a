import type { TimedWord } from '../../redaction/redaction';

/** What is told of the words so far. */
export interface AgreedText {
  readonly text: string;
  /** UTF-16 units of `text`, from its beginning, that every later one repeats. */
  readonly committed: number;
}

/**
 * The words of an utterance that goes on, from one hypothesis of all of it after another: those on which two in a row
 * agree are committed (LocalAgreement-2, Macháček et al. 2023, "Turning Whisper into Real-Time Transcription System")
 * and stay as they are, the others may change. Pure.
 */
export class PartialWords {
  private committed: TimedWord[] = [];
  /** Of the last hypothesis, behind what is committed. */
  private open: readonly TimedWord[] = [];

  constructor(
    /** Masks what a partial must not say; a word of the answer may stand for several. */
    private readonly mask: (words: readonly TimedWord[]) => readonly TimedWord[],
    /** Between words: nothing in languages that are written without it. */
    private readonly space: string = ' ',
  ) {}

  /** A newer hypothesis of the whole utterance; undefined when there is nothing new to tell. */
  hear(hypothesis: readonly TimedWord[]): AgreedText | undefined {
    const before = this.text();
    const fresh = this.behindCommitted(hypothesis);
    // together with what was committed before: three digits that came one by one are masked too
    const open = this.behindCommitted(this.mask([...this.committed, ...fresh]));
    const agreed = commonStart(open, this.open);
    this.committed = joinMasks([...this.committed, ...open.slice(0, agreed)]);
    this.open = open.slice(agreed);
    const after = this.text();
    return after.text === before.text && after.committed === before.committed ? undefined : after;
  }

  private behindCommitted(words: readonly TimedWord[]): readonly TimedWord[] {
    const endMs = this.committed.at(-1)?.endMs ?? -Infinity;
    return words.filter((word) => (word.startMs + word.endMs) / 2 > endMs);
  }

  private text(): AgreedText {
    const { space } = this;
    const said = this.committed.map(({ word }) => word).join(space);
    const text = [...this.committed, ...this.open].map(({ word }) => word).join(space);
    return { text, committed: said.length };
  }
}

/** Words at the start that are the same but for case and punctuation. */
function commonStart(a: readonly TimedWord[], b: readonly TimedWord[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (bare(a[i]!) !== bare(b[i]!)) return i;
  return length;
}

const bare = ({ word }: TimedWord): string => word.toLowerCase().replace(/[^\p{L}\p{N}[\]]/gu, '');
const isMask = ({ word }: TimedWord): boolean => /^\[[a-z_]+\]$/.test(word);

/** A number that goes on is one mask that grows, not a second one. */
function joinMasks(words: readonly TimedWord[]): TimedWord[] {
  return words.reduce<TimedWord[]>((joined, word) => {
    const last = joined.at(-1);
    if (last !== undefined && isMask(word) && last.word === word.word) {
      joined[joined.length - 1] = { ...last, endMs: word.endMs };
    } else joined.push(word);
    return joined;
  }, []);
}
