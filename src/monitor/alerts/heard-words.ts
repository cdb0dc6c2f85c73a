import type { AlertEvidence, AlertWords, TranscriptFinalData } from '@rapport-live/protocol';

export interface HeardWordsOptions {
  /** Conversations whose words are known; beyond them the one that said something longest ago is forgotten. */
  readonly maxSessions: number;
  /** Of one, the newest. */
  readonly maxUtterances: number;
  /** Of one utterance, UTF-16 units; as a card of the wall has them. */
  readonly maxLength: number;
}
export const HEARD_WORDS_DEFAULTS: HeardWordsOptions = { maxSessions: 2000, maxUtterances: 8, maxLength: 240 };

type Heard = AlertWords & Pick<TranscriptFinalData, 'utteranceId'>;

/** The newest words of conversations that go on: what an alert was raised over. */
export class HeardWords {
  private readonly bySession = new Map<string, readonly Heard[]>();

  constructor(private readonly options = HEARD_WORDS_DEFAULTS) {}

  hear(key: string, { utteranceId, party, text, startMs }: TranscriptFinalData): void {
    const { maxSessions, maxUtterances, maxLength } = this.options;
    const before = this.bySession.get(key) ?? [];
    // behind all others
    this.bySession.delete(key);
    const heard = { utteranceId, party, text: text.slice(0, maxLength), startMs };
    this.bySession.set(key, [...before, heard].slice(-maxUtterances));
    if (this.bySession.size > maxSessions) this.bySession.delete(this.bySession.keys().next().value!);
  }

  /** Those that a condition names, else the customer's last ones; undefined: nothing was said that is known. */
  over(key: string, evidence: readonly AlertEvidence[]): AlertWords | undefined {
    const heard = this.bySession.get(key) ?? [];
    const named = new Set(evidence.map(({ utteranceId }) => utteranceId));
    const found =
      heard.find(({ utteranceId }) => named.has(utteranceId)) ?? heard.findLast(({ party }) => party === 'customer');
    return found && { party: found.party, text: found.text, startMs: found.startMs };
  }

  forget(key: string): void {
    this.bySession.delete(key);
  }
}
