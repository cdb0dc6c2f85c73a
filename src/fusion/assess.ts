import {
  concat,
  concatMap,
  defer,
  EMPTY,
  from,
  map,
  mergeAll,
  type Observable,
  type OperatorFunction,
  tap,
} from 'rxjs';
import type { SessionResult } from '../delivery/session-result';
import { failureReason, type JobCost, NO_COST } from '../inference/job-cost';
import { JOB_DEADLINES, type JobDeadlines } from '../inference/job-deadlines';
import { type ModelTask, modelRefs } from '../inference/served-models';
import type { AgentHop, EncodedFact, EncodedHop, HopFailed, PartialText } from '../facts/encoded-fact';
import type { Hop } from '../facts/stream-fact';
import type { InferencePool } from '../inference/inference-pool';
import type { FusionOutcome } from './assessment';
import type { FusionCalibration } from './calibration';
import { FUSION_DEFAULTS, type FusionOptions } from './fusion-options';
import type { IntentIndex } from './intent-index';
import { type AlertPolicy, alertedStep } from './alerted-step';
import type { SessionEvent } from './session-step';
import { initialState, type SessionState } from './session-state';
import { subsetsOf } from './subsets';
import {
  assembleWindow,
  EMPTY_TAIL,
  holdText,
  liesInHold,
  tailAfterFailure,
  textWaits,
  type Window,
} from './window-assembler';

const NO_RULES: AlertPolicy = { rules: [] };

export interface AssessDeps {
  readonly pool: Pick<InferencePool, 'submit' | 'models'>;
  readonly sessionId: string;
  readonly calibration: FusionCalibration;
  /** A function is asked for each event, so that what the tenant adds counts in open sessions. */
  readonly intents: IntentIndex | (() => IntentIndex);
  /** Asked for each event, so that a change counts in open sessions from the next window on; absent: nothing watches it. */
  readonly alerts?: () => AlertPolicy;
  /** Monotonic wall time, on the clock of `Hop.releasedAtMs`. */
  readonly nowMs: () => number;
  /** BCP 47, as `session.start` states it. */
  readonly language?: string;
  readonly options?: Partial<FusionOptions>;
  readonly deadlines?: Pick<JobDeadlines, 'fusionMs'>;
  /** Of a snapshot; absent: a new session. */
  readonly initialState?: SessionState;
  /** Whether the emotion of the agent may be computed from media that begins then; absent: never (rule 9). */
  readonly mayAssessAgent?: (startMs: number) => boolean;
  /** Called after every step, for snapshots and the end. */
  readonly onState?: (state: SessionState) => void;
  /** Told the joint embedding of each of the customer's windows, before its assessment is emitted. */
  readonly onEmbedding?: (windowEndMs: number, embedding: Float32Array) => void;
  /** Called once for each hop when its window is assessed, announced as degraded or found to hold nothing new. */
  readonly settle?: (hop: Pick<Hop, 'kind' | 'hopEndMs'>) => void;
  /** Called once for each fact, of whatever kind, after what came of it was emitted. */
  readonly onTaken?: () => void;
}

/**
 * The fusion stage of one session. Facts are taken one after another, so windows keep their order and a text is
 * applied between two of them. Completes after `ended`, which is no result of its own here.
 */
export function assess(deps: AssessDeps): OperatorFunction<EncodedFact, SessionResult> {
  const options = { ...FUSION_DEFAULTS, ...deps.options };
  const { calibration, intents } = deps;
  const indexNow = typeof intents === 'function' ? intents : () => intents;
  return (facts) =>
    defer((): Observable<SessionResult> => {
      let state = deps.initialState ?? initialState(deps.language);
      let tail = EMPTY_TAIL;
      let agentTail = EMPTY_TAIL;
      let pendingHops = 0;
      const served = deps.pool.models;

      const apply = (event: SessionEvent): readonly SessionResult[] => {
        const alerts = deps.alerts?.() ?? NO_RULES;
        const [next, results] = alertedStep(state, event, { calibration, intents: indexNow(), options, alerts });
        state = next;
        deps.onState?.(state);
        return results;
      };

      const onHop = async (hop: EncodedHop): Promise<readonly SessionResult[]> => {
        const windowEndMs = hop.hopEndMs;
        const before = tail;
        const assembled = assembleWindow(before, hop, options);
        if (windowEndMs <= state.lastWindowEndMs) {
          // it has its result, from before the process died: what came in it counts for the windows to come
          tail = assembled.tail;
          return apply({ kind: 'passed', heard: hop });
        }
        const { window } = assembled;
        tail = assembled.tail;
        if (window.shedAll) return apply({ kind: 'failed', windowEndMs, reason: 'shed', heard: hop });
        if (!window.isNew) return apply({ kind: 'quiet', windowEndMs, heard: hop });
        try {
          const { fusion, cost } = await fuse(deps, window, windowEndMs, hop.dueAtMs);
          const models = modelRefs(served, tasksOf(window));
          const stageMs = stageTimes(hop, cost, deps.nowMs());
          if (fusion !== undefined) deps.onEmbedding?.(windowEndMs, fusion.embedding);
          return apply({ kind: 'window', window, fusion, models, stageMs, heard: hop });
        } catch (error) {
          const reason = failureReason(error);
          tail = tailAfterFailure(before, assembled.tail);
          return apply({ kind: 'failed', windowEndMs, reason, heard: hop });
        }
      };

      /** The same second of the agent, behind the customer's. */
      const onAgent = async (hop: AgentHop | undefined): Promise<readonly SessionResult[]> => {
        const allowed = (): boolean => hop !== undefined && deps.mayAssessAgent?.(hop.hopStartMs) === true;
        if (hop === undefined || !allowed()) {
          agentTail = EMPTY_TAIL;
          return [];
        }
        const windowEndMs = hop.hopEndMs;
        if (hop.kind === 'hop-failed') {
          const missed = hop.nothingNew !== true && !liesInHold(hop, options);
          return missed ? apply({ kind: 'agent-failed', windowEndMs, reason: hop.reason }) : [];
        }
        const before = agentTail;
        const { window, tail: after } = assembleWindow(before, hop, options);
        agentTail = after;
        if (window.shedAll) return apply({ kind: 'agent-failed', windowEndMs, reason: 'shed' });
        if (!window.isNew) return [];
        try {
          const { fusion, cost } = await fuse(deps, window, undefined, hop.dueAtMs);
          // the basis may have gone meanwhile
          if (!allowed()) return [];
          const stageMs = stageTimes(hop, cost, deps.nowMs());
          return apply({ kind: 'agent-window', window, fusion, models: modelRefs(served, tasksOf(window)), stageMs });
        } catch (error) {
          const reason = failureReason(error);
          agentTail = tailAfterFailure(before, after);
          return apply({ kind: 'agent-failed', windowEndMs, reason });
        }
      };

      const onFailed = (hop: HopFailed): readonly SessionResult[] => {
        const { hopEndMs: windowEndMs, reason } = hop;
        const missed = !liesInHold(hop, options) && (hop.nothingNew !== true || textWaits(tail, hop));
        return apply(
          missed ? { kind: 'failed', windowEndMs, reason, heard: hop } : { kind: 'quiet', windowEndMs, heard: hop },
        );
      };

      const onFact = async (fact: EncodedFact): Promise<readonly SessionResult[]> => {
        switch (fact.kind) {
          case 'hop':
            try {
              return await onHop(fact);
            } finally {
              pendingHops--;
            }
          case 'hop-failed':
            return onFailed(fact);
          case 'text':
            tail = holdText(tail, fact, options, fact.assembled);
            if (deps.mayAssessAgent?.(fact.startMs)) agentTail = holdText(agentTail, fact, options, false, 'agent');
            return fact.kept === 'in_state' ? [] : apply({ kind: 'text', text: fact });
          case 'partial':
            return [transcriptPartial(fact)];
          case 'language':
            return apply({ kind: 'language', told: fact });
          case 'updated':
            return apply({ kind: 'updated', update: fact });
          case 'ended':
            return [];
        }
      };

      const settle = (fact: EncodedFact): void => {
        deps.onTaken?.();
        if (!isHop(fact)) return;
        deps.settle?.({ kind: 'hop', hopEndMs: fact.hopEndMs });
      };

      const admit = (fact: EncodedFact): EncodedFact => {
        if (fact.kind !== 'hop') return fact;
        if (pendingHops >= options.maxPendingWindows) return refused(fact);
        pendingHops++;
        return fact;
      };

      return facts.pipe(
        map(admit),
        concatMap((fact) =>
          concat(
            from(onFact(fact)).pipe(mergeAll()),
            defer(() => (isHop(fact) ? from(onAgent(fact.agent)).pipe(mergeAll()) : EMPTY)),
          ).pipe(tap({ complete: () => settle(fact) })),
        ),
      );
    });
}

const isHop = (fact: EncodedFact): fact is EncodedHop | HopFailed => fact.kind === 'hop' || fact.kind === 'hop-failed';

/** Told as it is: no state of the session depends on it. */
function transcriptPartial({ kind: _, ...data }: PartialText): SessionResult {
  return { type: 'rapport.transcript.partial', naturalKey: [data.utteranceId, data.revision], data };
}

function refused({ hopStartMs, hopEndMs, speech, unheard, heldSinceMs, agent }: EncodedHop): HopFailed {
  return { kind: 'hop-failed', hopStartMs, hopEndMs, speech, unheard, heldSinceMs, agent, reason: 'queue_full' };
}

/** One job with every subset of the present modalities; none when no modality is present. */
async function fuse(
  deps: AssessDeps,
  window: Window,
  resultKey: number | undefined,
  dueAtMs: number,
): Promise<{ fusion?: FusionOutcome; cost: JobCost }> {
  if (window.present.length === 0) return { cost: NO_COST };
  const subsets = subsetsOf(window.present);
  const { voice, face, text } = window.modalities;
  const { fusionMs } = deps.deadlines ?? JOB_DEADLINES;
  const startWithinMs = dueAtMs + fusionMs - deps.nowMs();
  const { output, waitMs, modelMs } = await deps.pool.submit(
    'fusion',
    { voice: voice.tokens, face: face.tokens, text: text.tokens, subsets },
    { sessionId: deps.sessionId, jobClass: 'fusion', resultKey, startWithinMs },
  );
  return { fusion: { subsets, ...output }, cost: { waitMs, modelMs } };
}

/** The models behind a window: the encoders of what is present, and fusion. */
function tasksOf({ present }: Window): ModelTask[] {
  const encoders = { voice: ['speech'], face: ['face-detection', 'expression'], text: ['text'] } as const;
  return present.length === 0 ? [] : [...present.flatMap((modality) => encoders[modality]), 'fusion'];
}

/** Wait and model along the critical path, and all the rest since the watermark passed; ms with one decimal. */
function stageTimes(
  hop: Pick<EncodedHop, 'waitMs' | 'modelMs' | 'releasedAtMs'>,
  fusion: JobCost,
  nowMs: number,
): { wait: number; model: number; overhead: number } {
  const tenths = (ms: number): number => Math.max(0, Math.round(ms * 10) / 10);
  const wait = hop.waitMs + fusion.waitMs;
  const model = hop.modelMs + fusion.modelMs;
  return { wait: tenths(wait), model: tenths(model), overhead: tenths(nowMs - hop.releasedAtMs - wait - model) };
}
