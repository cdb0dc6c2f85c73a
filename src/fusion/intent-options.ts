/** What a tenant may add, and when an intent is recommended. */
export interface IntentOptions {
  /** Custom intents of a tenant. */
  readonly maxIntents: number;
  /** Examples of an intent: fewer tell too little. */
  readonly minExamples: number;
  readonly maxExamples: number;
  /** Characters of an example: the text encoder reads 64 word pieces, about 250 characters of English. */
  readonly maxExampleCharacters: number;
  /** Share of the new examples that must be told right when left out. */
  readonly minToldRight: number;
  /** Share of another own intent's examples that it may take. */
  readonly maxTaken: number;
  /** Chance of another intent, against the new one, at the new prototype itself: from here on the two are too near. */
  readonly maxNeighbourShare: number;
  /** Rounds in which examples are left out: each makes all prototypes anew. */
  readonly maxRounds: number;
  /** Nearest other intents that a report names. */
  readonly maxNeighbours: number;
}

export const INTENT_DEFAULTS: IntentOptions = {
  maxIntents: 50,
  minExamples: 5,
  maxExamples: 50,
  maxExampleCharacters: 500,
  minToldRight: 0.8,
  maxTaken: 0.1,
  maxNeighbourShare: 0.1,
  maxRounds: 10,
  maxNeighbours: 3,
};
