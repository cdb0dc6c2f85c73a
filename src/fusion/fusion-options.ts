export interface FusionOptions {
  /** Length of a window of voice and faces, ms. */
  readonly windowMs: number;
  /** How long the customer's words stay in the window, ms. */
  readonly textWindowMs: number;
  /** Newest tokens of each modality that the fusion network takes. */
  readonly maxVoiceTokens: number;
  readonly maxFaceTokens: number;
  readonly maxTextTokens: number;
  /** Texts held to be joined into windows, the newest ones; 64 tokens rarely need more than five. */
  readonly maxHeldTexts: number;
  /** Media time without a window after which a heartbeat says that all is well, ms. */
  readonly heartbeatMs: number;
  /** Hops waiting for fusion; more become degraded windows. */
  readonly maxPendingWindows: number;

  /** Evidence that is thin when nothing else is there: speech below this, ms. */
  readonly thinSpeechMs: number;
  /** ... fewer faces than this. */
  readonly thinFaces: number;
  /** ... fewer word tokens than this. */
  readonly thinTextTokens: number;
  /** Probability of the best emotion below which the answer should not be acted on. */
  readonly minConfidence: number;

  /** How long an intent stays active after it was heard last, ms; its score falls linearly to 0. */
  readonly intentDecayMs: number;
  /** Score below which an intent is not taken up, nor listed any more. */
  readonly intentFloor: number;
  readonly maxActiveIntents: number;
  /** Utterances and messages named with an active intent, the newest ones. */
  readonly maxIntentSources: number;
  /** Intents listed with a transcript. */
  readonly maxTranscriptIntents: number;

  /** Share of the newest window in the session memory. */
  readonly memoryRate: number;
}

export const FUSION_DEFAULTS: FusionOptions = {
  windowMs: 4000,
  textWindowMs: 30_000,
  maxVoiceTokens: 20,
  maxFaceTokens: 8,
  maxTextTokens: 64,
  maxHeldTexts: 32,
  heartbeatMs: 10_000,
  maxPendingWindows: 64,
  thinSpeechMs: 1500,
  thinFaces: 2,
  thinTextTokens: 3,
  minConfidence: 0.4,
  intentDecayMs: 60_000,
  intentFloor: 0.1,
  maxActiveIntents: 8,
  maxIntentSources: 8,
  maxTranscriptIntents: 3,
  memoryRate: 0.1,
};
