import type { Consent } from '@rapport-live/protocol';
import type { SessionResult } from '../../delivery/session-result';

/**
 * What a session may be analysed for, from one word of it to the next. The emotion of the agent needs two: the deployment
 * allows it, and the session states a legal basis (rule 9; AI Act, Article 5(1)(f)). Times are media ms.
 */
export class SessionConsent {
  #analysis: boolean;
  #basis: string | undefined;
  /** Since when the basis holds. */
  #sinceMs = 0;
  #everAssessedAgent: boolean;
  #lastSaidMs = -1;

  constructor(
    { analysis, agentEmotionLegalBasis }: Consent,
    /** Of the deployment. */
    private readonly allowsAgentEmotion: boolean,
  ) {
    this.#analysis = analysis;
    this.#basis = agentEmotionLegalBasis;
    this.#everAssessedAgent = this.assessesAgent;
  }

  get assessesAgent(): boolean {
    return this.#analysis && this.allowsAgentEmotion && this.#basis !== undefined;
  }

  /** At some time of the session. */
  get everAssessedAgent(): boolean {
    return this.#everAssessedAgent;
  }

  /** Whether the emotion of the agent may be computed from media that begins then. */
  mayAssessAgent(startMs: number): boolean {
    return this.assessesAgent && startMs >= this.#sinceMs;
  }

  /** What the audit trail has of the start: nothing where no basis is stated. */
  atStart(): SessionResult[] {
    return this.#basis === undefined ? [] : [this.#audit(0)];
  }

  /** Consent as it is from `mediaMs` on. Nothing where that changes nothing: the same may be sent again. */
  change({ analysis, agentEmotionLegalBasis: basis }: Consent, mediaMs: number): SessionResult[] {
    if (!this.#analysis || (analysis && basis === this.#basis)) return [];
    const stated = this.#basis;
    const assessed = this.assessesAgent;
    this.#analysis = analysis;
    this.#basis = basis;
    this.#sinceMs = mediaMs;
    this.#everAssessedAgent ||= this.assessesAgent;
    // The media time is a part of the events' keys: no two share a millisecond.
    const atMs = (this.#lastSaidMs = Math.max(Math.round(mediaMs), this.#lastSaidMs + 1));
    const detail = { analysis, agentEmotion: this.assessesAgent };
    const told: SessionResult = {
      type: 'rapport.session.updated',
      naturalKey: ['consent', atMs],
      data: { kind: 'consent', mediaMs: atMs, detail },
    };
    return basis !== stated || this.assessesAgent !== assessed ? [told, this.#audit(atMs)] : [told];
  }

  #audit(mediaMs: number): SessionResult {
    this.#lastSaidMs = mediaMs;
    const data = {
      mediaMs,
      agentEmotion: this.assessesAgent,
      ...(this.#basis === undefined ? {} : { legalBasis: this.#basis }),
      deploymentAllows: this.allowsAgentEmotion,
    };
    return { type: 'rapport.audit.agent_emotion', naturalKey: [mediaMs], data };
  }
}
