import {
  concat,
  concatMap,
  connect,
  defer,
  EMPTY,
  filter,
  from,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  type OperatorFunction,
  Subject,
  takeUntil,
  takeWhile,
  tap,
} from 'rxjs';
import { NO_SHEDDING, type Shedding } from '../../facts/shedding';
import type { Hop, StreamFact, StreamsEnded, UtteranceOpen } from '../../facts/stream-fact';
import type { EncodedFact } from '../../facts/encoded-fact';
import type { InferencePool } from '../../inference/inference-pool';
import { JOB_DEADLINES, type JobDeadlines } from '../../inference/job-deadlines';
import type { Redactor } from '../../redaction/redaction';
import { isKnown, servesLanguage } from '../../inference/served-models';
import { ENCODE_DEFAULTS, type EncodeOptions } from './encode-options';
import { HopEncoder } from './hop-encoder';
import { SubjectHops } from './subject-hops';
import { type LanguageOptions, LanguageWatch } from './language-watch';
import { PartialTranscripts } from './partial-transcripts';
import { SessionJobs } from './session-jobs';
import { SessionShedding } from './session-shedding';
import { type KnownText, type TextFact, TextFactEncoder } from './text-fact-encoder';
import type { WrittenLanguage } from './written-language';

export interface EncodeDeps {
  readonly pool: Pick<InferencePool, 'submit' | 'models'>;
  /** Of this session alone. */
  readonly redactor: Redactor;
  readonly sessionId: string;
  /** BCP 47, as `session.start` states it. */
  readonly language?: string;
  /** Tells the language of a text where none was stated; absent: texts tell nothing of it. */
  readonly readLanguage?: (text: string) => WrittenLanguage | undefined;
  /** Whether the emotion of the agent may be computed from media that begins then; absent: never (rule 9). */
  readonly mayAssessAgent?: (startMs: number) => boolean;
  readonly options?: Partial<EncodeOptions>;
  /** Monotonic wall time, on the clock of `Hop.releasedAtMs`. */
  readonly nowMs: () => number;
  readonly deadlines?: Partial<JobDeadlines>;
  /** What the process gives up under pressure; default: nothing. */
  readonly shedding?: Shedding;
  /** The session asked for partial transcripts. Default: no. */
  readonly partials?: boolean;
  readonly languageOptions?: Partial<LanguageOptions>;
  /** Of a session that goes on after its process: windows up to here have their results. */
  readonly passedMs?: number;
  /** Of the same: texts that windows to come still read. */
  readonly known?: readonly KnownText[];
  /** Called once for each fact that is done with, in whatever way, after what came of it was emitted. */
  readonly settle: (fact: StreamFact) => void;
}

type OrderedFact = Exclude<StreamFact, TextFact | UtteranceOpen>;
type Work = () => Observable<EncodedFact>;

/**
 * The models stage of one session. Hops keep their order and are encoded one after another; utterances and messages
 * are worked on beside them and come when they are ready, partials where there is time for them; `ended` comes last. What the pool refuses or fails becomes
 * a fact (`hop-failed`, `updated` with `shed`), anything else an error.
 */
export function encodeFacts(deps: EncodeDeps): OperatorFunction<StreamFact, EncodedFact> {
  const options = { ...ENCODE_DEFAULTS, ...deps.options };
  return (facts) =>
    defer(() => {
      const language = new LanguageWatch(deps.language, deps.readLanguage ?? (() => undefined), deps.languageOptions);
      const { models } = deps.pool;
      const jobs = new SessionJobs(deps.sessionId, deps.nowMs, { ...JOB_DEADLINES, ...deps.deadlines });
      const shedding = new SessionShedding(deps.shedding ?? NO_SHEDDING, deps.partials ?? false);
      // sound needs no word for its language: one not known is one of those that the encoder learned from
      const understands = (): boolean =>
        !isKnown(language.language) || servesLanguage(models, 'speech', language.language);
      const hopsOf = (party: 'customer' | 'agent'): HopEncoder =>
        new HopEncoder(deps.pool, jobs, options, shedding, party, understands, deps.passedMs);
      const hops = new SubjectHops(hopsOf, deps.mayAssessAgent ?? (() => false));
      const texts = new TextFactEncoder({ ...deps, jobs, language, shedding });
      const partials = new PartialTranscripts({ ...deps, jobs, language, shedding });
      const pendingHops = new Backlog(options.maxPendingHops);
      const pendingTexts = new Backlog(options.maxPendingTexts);
      let ended: StreamsEnded | undefined;

      const settled = (fact: StreamFact, work: Observable<EncodedFact>): Observable<EncodedFact> =>
        work.pipe(tap({ complete: () => deps.settle(fact) }));

      const planOrdered = (fact: OrderedFact): Work => {
        if (fact.kind === 'updated') {
          if (fact.update === 'pause') deps.redactor.pause();
          if (fact.update === 'language') language.restate(String(fact.detail.language), fact.mediaMs);
          return () => settled(fact, of(fact));
        }
        if (fact.kind === 'ended') {
          return () => {
            ended = fact;
            return EMPTY;
          };
        }
        deps.redactor.advance(fact.hopEndMs);
        if (!pendingHops.take()) return () => settled(fact, of(fact).pipe(map((hop) => hops.skip(hop))));
        return () => {
          const told = shedding.atHop(fact);
          const left = shedding.has('hop_2s') && !endsEven(fact);
          const work = left ? of(hops.leaveOut(fact)) : from(hops.encode(fact));
          return settled(fact, concat(told, work).pipe(tap({ complete: () => pendingHops.release() })));
        };
      };

      const planText = (fact: TextFact): Work => {
        const dueAtMs = jobs.dueAtMs(endOf(fact));
        if (!pendingTexts.take()) return () => settled(fact, of(texts.shed(fact, 'queue_full')));
        return () =>
          settled(
            fact,
            from(texts.encode(fact, dueAtMs)).pipe(
              concatMap((encoded) => encoded),
              tap({ complete: () => pendingTexts.release() }),
            ),
          );
      };

      return facts.pipe(
        takeWhile((fact) => fact.kind !== 'ended', true),
        connect((shared) => {
          // the plan is made on arrival, where the backlog is known; the work starts when its turn comes
          const knownTold = new Subject<never>();
          const ordered = shared.pipe(
            filter(isOrdered),
            map(planOrdered),
            // texts that were there before the process died belong to the first window that is made
            concatMap((work) => concat(knownTold, work())),
          );
          const beside = shared.pipe(
            filter(isText),
            map(planText),
            mergeMap((work) => work(), options.maxConcurrentTexts),
          );
          const parts = shared.pipe(
            tap((fact) => fact.kind === 'utterance' && partials.close(fact)),
            filter((fact) => fact.kind === 'utterance-open'),
            mergeMap((fact) => settled(fact, from(partials.hear(fact)).pipe(concatMap((partial) => partial)))),
          );
          // nobody waits for a partial: what is in work when everything else is done is given up
          const done = new Subject<void>();
          const known = from(deps.known ?? []).pipe(
            concatMap((text) => texts.again(text)),
            tap({ complete: () => knownTold.complete() }),
          );
          const main = merge(known, ordered, beside).pipe(tap({ complete: () => done.next() }));
          const end = defer(() => (ended === undefined ? EMPTY : settled(ended, of(ended))));
          return concat(merge(main, parts.pipe(takeUntil(done))), end);
        }),
      );
    });
}

/** Counts what waits or is in work against a bound. */
class Backlog {
  private pending = 0;

  constructor(private readonly max: number) {}

  take(): boolean {
    if (this.pending >= this.max) return false;
    this.pending++;
    return true;
  }

  release(): void {
    this.pending--;
  }
}

/** The hops that the step `hop_2s` keeps: those that end an even count of them. */
const endsEven = ({ hopStartMs, hopEndMs }: Hop): boolean => hopEndMs % (2 * (hopEndMs - hopStartMs)) === 0;
const endOf = (fact: TextFact): number => (fact.kind === 'chat' ? fact.ptsMs : fact.endMs);
const isText = (fact: StreamFact): fact is TextFact => fact.kind === 'utterance' || fact.kind === 'chat';
const isOrdered = (fact: StreamFact): fact is OrderedFact => !isText(fact) && fact.kind !== 'utterance-open';
