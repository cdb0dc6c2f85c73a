import { RapportError } from '@rapport-live/protocol';
import { filter, tap } from 'rxjs';
import type { ResultStore } from '../delivery/result-feed';
import type { CompiledRule } from '../alerts/compiled-rule';
import { assess } from '../fusion/assess';
import type { IntentIndex } from '../fusion/intent-index';
import { type EncodeDeps, encodeFacts } from '../models/encode/encode-facts';
import type { Meter } from '../facts/meter';
import type { WaitingVectors } from '../facts/waiting-vectors';
import type { SettledFact, StreamFact, UtteranceClosed } from '../facts/stream-fact';
import type { InferencePool } from '../inference/inference-pool';
import { JOB_DEADLINES, RECORDED_DEADLINES } from '../inference/job-deadlines';
import { RevocablePool } from '../inference/revocable-pool';
import { TracedPool } from '../inference/traced-pool';
import { Redactor } from '../redaction/redaction';
import { Deadlines } from '../streams/deadlines';
import { RingMemory } from '../streams/ring-memory';
import type { SessionClock } from '../streams/session-clock';
import { SessionStreams } from '../streams/session-streams';
import type { StreamOptions } from '../streams/stream-options';
import type { VideoDecoders } from '../streams/video/video-decoder';
import { SessionConsent } from './consent/session-consent';
import { Conversation } from './conversation';
import { END_LIMITS } from './end-wait';
import type { ConversationFactory } from './conversation-host';
import type { FusionAssets } from './fusion-assets';
import { assessedBefore, hasFinal, stateOf, streamsOf, textsOf } from './resume/restored-session';
import type { SnapshotStore } from './resume/snapshot-files';
import { WorkedOff } from './resume/worked-off';
import { SessionPressure } from './shedding/session-pressure';
import type { ShedController } from './shedding/shed-controller';

export interface PipelineDeps {
  readonly clock: SessionClock;
  readonly pool: InferencePool;
  readonly store: ResultStore;
  readonly assets: FusionAssets;
  /** The intents of a tenant as they are now; absent: the default ones. */
  readonly intentsOf?: (tenant: string) => IntentIndex;
  /** The rules that watch sessions of a tenant's team, as they are now; absent: none do. */
  readonly alertRulesOf?: (tenant: string, team: string | undefined) => readonly CompiledRule[];
  readonly options: StreamOptions;
  /** Absent: no session outlives the process. */
  readonly snapshots?: SnapshotStore;
  /** Absent: video is refused. */
  readonly video?: VideoDecoders;
  /** The deployment allows that the emotion of agents is computed where a session states a legal basis. Default: no. */
  readonly allowsAgentEmotion?: boolean;
  readonly meter: Meter;
  readonly onFault: (error: unknown) => void;
  /** Tells the language of chat where none was stated; absent: nobody does. */
  readonly readLanguage?: EncodeDeps['readLanguage'];
  /** Takes the embeddings of windows and of the customer's words; absent: nobody wants them. */
  readonly waitingVectors?: Pick<WaitingVectors, 'put'>;
  /** Of the process; absent: nothing is given up under pressure. */
  readonly shedding?: ShedController;
}

/** As `queueMicrotask`, which makes an AsyncResource for each: 2 % of what a session costs the main thread. */
const soon = (task: () => void): void => void READY.then(task);
const READY = Promise.resolve();

/** Composes the stages of one session: streams -> models -> fusion -> delivery. */
export function conversationFactory({
  clock,
  pool,
  store,
  assets,
  intentsOf = () => assets.intents,
  alertRulesOf = () => [],
  options,
  snapshots,
  video,
  allowsAgentEmotion = false,
  meter,
  onFault,
  readLanguage,
  waitingVectors,
  shedding,
}: PipelineDeps): ConversationFactory {
  const nowMs = (): number => clock.nowMs();
  const rings = new RingMemory(options.maxSpareRingBytes);
  const wakeUps = new Deadlines(clock);
  return (identity, start, specs, spans, restored) => {
    // One that goes on waits with the others; a new one would only wait for its first result.
    if (restored === undefined && store.room() !== undefined) {
      throw new RapportError('overloaded', 'Results cannot be written to disk now.', { retryAfterMs: 1000 });
    }
    const { sessionId, tenant } = identity;
    const { team } = start.session;
    const alertRules = (): readonly CompiledRule[] => alertRulesOf(tenant, team);
    const assessed = restored && assessedBefore(restored);
    const state = restored && stateOf(restored);
    const language = state?.language?.tag ?? start.session.language;
    const isRecorded = start.recorded === true;
    const deadlines = isRecorded ? RECORDED_DEADLINES : JOB_DEADLINES;
    const ownPool = new RevocablePool(sessionId, pool);
    const stagePool = spans === undefined ? ownPool : new TracedPool(ownPool, spans, nowMs);
    const sessionStreams = new SessionStreams(
      {
        ...{ sessionId, streams: specs, pace: start.pace, recorded: isRecorded, partials: start.partials },
        restored: restored && streamsOf(restored),
      },
      {
        clock,
        pool: ownPool,
        options,
        rings,
        deadlines: wakeUps,
        video,
        soon,
        onDrop: (reason) => meter.dropped(reason, 1),
      },
    );
    const consent = new SessionConsent(start.session.consent, allowsAgentEmotion);
    const mayAssessAgent = (startMs: number): boolean => consent.mayAssessAgent(startMs);
    // Nobody waits for a recording: how late it is, is no reason to give anything up.
    const pressure = isRecorded ? undefined : shedding && new SessionPressure(shedding, nowMs);
    return new Conversation(identity, start, {
      clock,
      pool,
      store,
      streams: sessionStreams,
      stages: (facts, { settle, worked, onState }) => {
        // Words go on from models to fusion, where they may wait behind a window: only then are they worked off.
        const utterances = new WorkedOff<UtteranceClosed>(worked);
        const isNew = (fact: StreamFact): boolean => {
          const isWords = fact.kind === 'utterance' || fact.kind === 'utterance-open';
          if (restored === undefined || !isWords || !hasFinal(restored, fact)) return true;
          settle(fact);
          if (fact.kind === 'utterance') utterances.settle(fact);
          return false;
        };
        const done = (fact: SettledFact): void => {
          pressure?.settled(fact);
          settle(fact);
        };
        return facts.pipe(
          filter(isNew),
          tap((fact) => {
            pressure?.arrived(fact);
            if (fact.kind === 'hop') spans?.hop(fact.hopEndMs, fact.releasedAtMs);
          }),
          encodeFacts({
            pool: stagePool,
            redactor: new Redactor(),
            sessionId,
            language,
            readLanguage,
            passedMs: state?.lastWindowEndMs,
            known: restored && textsOf(restored),
            mayAssessAgent,
            nowMs,
            deadlines,
            shedding: shedding && { steps: () => shedding.steps(nowMs()) },
            partials: start.partials,
            // A hop is done with behind fusion: when fusion is slow, it is the sender that must wait.
            settle: (fact) => {
              if (fact.kind === 'hop') return;
              done(fact);
              if (fact.kind === 'utterance') utterances.settle(fact);
            },
          }),
          tap((fact) => {
            utterances.handOver();
            if (fact.kind !== 'text' || fact.embedding === undefined || fact.kept !== undefined) return;
            waitingVectors?.put({ tenant, sessionId, utteranceId: fact.textId }, fact.embedding);
          }),
          assess({
            pool: stagePool,
            sessionId,
            calibration: assets.calibration,
            intents: () => intentsOf(tenant),
            alerts: () => ({ rules: alertRules(), assessedBefore: assessed }),
            language,
            initialState: state,
            mayAssessAgent,
            deadlines,
            onEmbedding: (windowEndMs, vector) => waitingVectors?.put({ tenant, sessionId, windowEndMs }, vector),
            nowMs,
            onState,
            settle: (hop) => {
              done(hop);
              worked(hop);
            },
            onTaken: () => utterances.finish(),
          }),
        );
      },
      alertRules,
      wallNow: () => new Date(),
      endLimits: END_LIMITS,
      meter,
      spans,
      specs,
      snapshots,
      restored,
      consent,
      revoke: () => ownPool.revoke(),
      onFault,
    });
  };
}
