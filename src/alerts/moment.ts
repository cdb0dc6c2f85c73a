import type { ALERT_QUANTITIES } from '@rapport-live/protocol';
import type { AlertTick, AssessedPart, TalkNow } from './alert-event';
import type { AlertState, Sample } from './alert-state';
import type { CompiledRule } from './compiled-rule';
import { NEGATIVE, RISK_SPAN_MS } from './escalation-risk';

export type Quantity = (typeof ALERT_QUANTITIES)[number];

/** What rules are judged by at one tick. */
export interface Moment {
  readonly nowMs: number;
  /** Absent: nothing was assessed, or it must not be acted on. */
  readonly quantities?: Readonly<Record<Quantity, number>>;
  /** Absent: the window tells none. */
  readonly intents?: AssessedPart['intents'];
  readonly talk: TalkNow;
  readonly series: AlertState['series'];
  readonly interruptions: AlertState['interruptions'];
  /** Nothing more comes: of what is not known now nothing follows. */
  readonly isEnd?: boolean;
}

/** Interruptions whose times are kept, of each party. */
const MAX_INTERRUPTIONS = 32;

/** Takes up what the tick tells, whatever the rules; of series only those that one of them asks for. */
export function momentOf(state: AlertState, tick: AlertTick, rules: readonly CompiledRule[]): Moment {
  const { nowMs, assessed, talk } = tick;
  const quantities = trusted(assessed);
  return {
    nowMs,
    quantities,
    intents: assessed?.intents,
    talk,
    series: quantities === undefined ? state.series : sampled(state.series, nowMs, quantities, spansOf(rules)),
    interruptions: {
      customer: counted(state.interruptions.customer, talk.interruptions?.customer, nowMs),
      agent: counted(state.interruptions.agent, talk.interruptions?.agent, nowMs),
    },
  };
}

/** Nothing on which an answer should not be acted: thin evidence, and music that plays on hold. */
function trusted(assessed: AssessedPart | undefined): Moment['quantities'] {
  if (assessed === undefined || assessed.abstained !== undefined || assessed.degraded.includes('hold'))
    return undefined;
  const { emotion, valence, arousal } = assessed;
  if (emotion === undefined || valence === undefined || arousal === undefined) return undefined;
  return { ...emotion, valence, arousal };
}

/** By series, how far back it is asked for, ms. */
function spansOf(rules: readonly CompiledRule[]): Map<string, number> {
  const spans = new Map<string, number>();
  const ask = (name: string, ms: number): void => void spans.set(name, Math.max(ms, spans.get(name) ?? 0));
  for (const { kind, given } of rules.flatMap(({ leaves }) => leaves)) {
    if (kind === 'trend') ask(given.of, given.overMs);
    if (kind === 'escalationRisk') ask(NEGATIVE, RISK_SPAN_MS);
  }
  return spans;
}

function sampled(
  series: AlertState['series'],
  nowMs: number,
  quantities: NonNullable<Moment['quantities']>,
  spans: ReadonlyMap<string, number>,
): AlertState['series'] {
  const next: Record<string, readonly Sample[]> = {};
  for (const [name, spanMs] of spans) {
    const value = name === NEGATIVE ? quantities.anger + quantities.disgust : quantities[name as Quantity];
    const kept = (series[name] ?? []).filter(([atMs]) => atMs > nowMs - spanMs && atMs < nowMs);
    next[name] = [...kept, [nowMs, Math.round(value * 1000)]];
  }
  return next;
}

function counted(
  before: AlertState['interruptions']['customer'],
  count: number | undefined,
  nowMs: number,
): AlertState['interruptions']['customer'] {
  if (count === undefined || count <= before.count) return before;
  const more = Array.from({ length: Math.min(count - before.count, MAX_INTERRUPTIONS) }, () => nowMs);
  return { count, atMs: [...before.atMs, ...more].slice(-MAX_INTERRUPTIONS) };
}
