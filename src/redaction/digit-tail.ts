import type { Party } from '@rapport-live/protocol';
import type { Topic } from './redaction-context';

/** Digits this far apart in media time may belong to one number (rule 12). */
export const TAIL_MS = 60_000;
/** A final may come this much later than one that was said after it. */
const LATE_MS = 30_000;
/** An announcement or a question is answered within this. */
const TOPIC_MS = 30_000;
const MAX_TEXTS = 64;
const MAX_TEXT_DIGITS = 40;
const MAX_TOPICS = 8;
const MAX_TURNS = 16;

export interface TailAround {
  readonly before: readonly string[];
  readonly behind: readonly string[];
  readonly fresh: number;
}

interface DictatedDigits {
  readonly mediaMs: number;
  readonly party: Party;
  readonly digits: string;
}

/**
 * What was dictated in the last minute: digits without their words, and what was asked for. In memory only, bounded by
 * number and by media time, in no snapshot.
 */
export class DigitTail {
  /** In the order of media time, whatever order they came in. */
  private dictated: DictatedDigits[] = [];
  private topics: { readonly mediaMs: number; readonly topic: Topic }[] = [];
  /** When somebody spoke of something else. */
  private turns: { readonly mediaMs: number; readonly party: Party }[] = [];
  private latestMs = -Infinity;

  /**
   * Digits of the same party within 60 s, before and behind; `fresh` counts those that nothing another party said has
   * come between.
   */
  around(party: Party, mediaMs: number): TailAround {
    const near = this.dictated.filter((d) => d.party === party && Math.abs(d.mediaMs - mediaMs) <= TAIL_MS);
    const turnMs = this.turns.reduce(
      (last, turn) => (turn.party !== party && turn.mediaMs <= mediaMs ? Math.max(last, turn.mediaMs) : last),
      -Infinity,
    );
    const fresh = near.filter((d) => d.mediaMs >= turnMs);
    return {
      fresh: fresh.reduce((sum, { digits }) => sum + digits.length, 0),
      before: near.filter((d) => d.mediaMs <= mediaMs).map(({ digits }) => digits),
      behind: near.filter((d) => d.mediaMs > mediaMs).map(({ digits }) => digits),
    };
  }

  add(party: Party, mediaMs: number, digits: string): void {
    if (digits === '') return;
    const at = this.dictated.findIndex((d) => d.mediaMs > mediaMs);
    this.dictated.splice(at < 0 ? this.dictated.length : at, 0, {
      mediaMs,
      party,
      digits: digits.slice(-MAX_TEXT_DIGITS),
    });
    if (this.dictated.length > MAX_TEXTS) this.dictated.shift();
  }

  /** What was asked for last before `mediaMs`, by whomever. */
  topicAt(mediaMs: number): Topic | undefined {
    let last: { readonly mediaMs: number; readonly topic: Topic } | undefined;
    for (const asked of this.topics) {
      if (asked.mediaMs > mediaMs || mediaMs - asked.mediaMs > TOPIC_MS) continue;
      if (last === undefined || asked.mediaMs >= last.mediaMs) last = asked;
    }
    return last?.topic;
  }

  ask(mediaMs: number, topic: Topic): void {
    this.topics.push({ mediaMs, topic });
    if (this.topics.length > MAX_TOPICS) this.topics.shift();
  }

  /** Something else was spoken of. */
  turn(party: Party, mediaMs: number): void {
    this.turns.push({ mediaMs, party });
    if (this.turns.length > MAX_TURNS) this.turns.shift();
  }

  /** Media time went on: forgets what nothing can join any more. */
  advance(mediaMs: number): void {
    this.latestMs = Math.max(this.latestMs, mediaMs);
    const oldest = this.latestMs - TAIL_MS - LATE_MS;
    this.dictated = this.dictated.filter((d) => d.mediaMs >= oldest);
    this.topics = this.topics.filter((asked) => asked.mediaMs >= oldest);
    this.turns = this.turns.filter((turn) => turn.mediaMs >= oldest);
  }

  clear(): void {
    this.dictated = [];
    this.topics = [];
    this.turns = [];
  }
}
