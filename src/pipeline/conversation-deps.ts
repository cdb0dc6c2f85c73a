import type { Observable } from 'rxjs';
import type { CompiledRule } from '../alerts/compiled-rule';
import type { ResultStore } from '../delivery/result-feed';
import type { SessionResult } from '../delivery/session-result';
import type { StreamSpec } from '../facts/media-chunk';
import type { Meter } from '../facts/meter';
import type { SessionSpans } from '../facts/session-trace';
import type { SettledFact, StreamFact } from '../facts/stream-fact';
import type { SessionState } from '../fusion/session-state';
import type { InferencePool } from '../inference/inference-pool';
import type { SessionClock } from '../streams/session-clock';
import type { SessionStreams } from '../streams/session-streams';
import type { SessionConsent } from './consent/session-consent';
import type { EndLimits } from './end-wait';
import type { WorkedFact } from './kept-results';
import type { RestoredSession } from './resume/restored-session';
import type { SnapshotStore } from './resume/snapshot-files';

/** What the stages tell of their work besides results. */
export interface StageHooks {
  /** Room for another. */
  settle(fact: SettledFact): void;
  worked(fact: WorkedFact): void;
  onState(state: SessionState): void;
}

/** Turns what streams say into results: the models and fusion stages, composed. */
export type Stages = (facts: Observable<StreamFact>, hooks: StageHooks) => Observable<SessionResult>;

export interface ConversationDeps {
  readonly clock: SessionClock;
  readonly pool: InferencePool;
  readonly store: ResultStore;
  readonly streams: SessionStreams;
  readonly stages: Stages;
  /** Those that watch the session, as they are now. */
  readonly alertRules: () => readonly CompiledRule[];
  /** Wall clock, for `startedAt` and `endedAt`. */
  readonly wallNow: () => Date;
  readonly endLimits: EndLimits;
  /** Default: nobody measures. */
  readonly meter?: Meter;
  /** Default: nothing of it is recorded. */
  readonly spans?: SessionSpans;
  readonly specs: readonly StreamSpec[];
  /** Absent: nothing is kept for a process after this one. */
  readonly snapshots?: SnapshotStore;
  /** It goes on after its process. */
  readonly restored?: RestoredSession;
  readonly consent: SessionConsent;
  /** No job is done for the session any more. */
  readonly revoke: () => void;
  /** Faults of ours, once each, without personal data. */
  readonly onFault: (error: unknown) => void;
}
