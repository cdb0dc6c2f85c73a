import { EMOTIONS, type Emotion, MODALITIES, type Modality, type WindowAssessedData } from '@rapport-live/protocol';
import type { Call } from './call';

/** A stretch without any voice counts as a silence from here on, ms. */
export const SILENCE_MS = 3_000;

/** Above it a moment is not called hard: the valence of a neutral caller moves about by as much. */
const UNPLEASANT_VALENCE = -0.15;

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** An assessment that may be acted on. */
export interface SureWindow extends WindowAssessedData {
  readonly label: Emotion;
  readonly confidence: number;
}

export interface Figures {
  /** Speech by utterances, ms; where parties talk over each other both count. */
  readonly talkMs: Readonly<Record<'customer' | 'agent' | 'mixed', number>>;
  readonly hasVoice: boolean;
  readonly silences: readonly Span[];
  /** Windows in which a modality was there. */
  readonly present: Readonly<Record<Modality, number>>;
  readonly abstained: Readonly<Record<string, number>>;
  readonly sure: readonly SureWindow[];
  /** Share of the sure windows by label, greatest first; only labels that occur. */
  readonly felt: readonly { readonly emotion: Emotion; readonly share: number; readonly confidence: number }[];
  /** The most unpleasant sure window. */
  readonly hardest: SureWindow | undefined;
  readonly skippedWindows: number;
}

export const isSure = (window: WindowAssessedData): window is SureWindow =>
  window.abstained === undefined && window.label !== undefined && window.confidence !== undefined;

export function figuresOf(call: Call): Figures {
  const talkMs = { customer: 0, agent: 0, mixed: 0 };
  const spoken = call.finals.filter(({ source }) => source === 'voice');
  for (const { party, startMs, endMs } of spoken) talkMs[party] += endMs - startMs;
  // in a hold nobody is heard, which is no silence
  const known = [...spoken, ...call.holds].sort((a, b) => a.startMs - b.startMs);
  const present = Object.fromEntries(
    MODALITIES.map((name) => [name, call.windows.filter(({ modalities }) => modalities[name].present).length]),
  ) as Figures['present'];
  const abstained: Record<string, number> = {};
  for (const { abstained: reason } of call.windows) {
    if (reason !== undefined) abstained[reason] = (abstained[reason] ?? 0) + 1;
  }
  const sure = call.windows.filter(isSure);
  const hasVoice = call.started?.streams.some(({ kind }) => kind === 'voice') ?? spoken.length > 0;
  return {
    talkMs,
    hasVoice,
    silences: hasVoice ? gaps(known, call.durationMs).filter((s) => s.endMs - s.startMs > SILENCE_MS) : [],
    present,
    abstained,
    sure,
    felt: feltIn(sure),
    hardest: sure
      .filter(({ valence = 0 }) => valence < UNPLEASANT_VALENCE)
      .sort((a, b) => (a.valence ?? 0) - (b.valence ?? 0))[0],
    skippedWindows: call.skipped.reduce((sum, s) => sum + 1 + (s.lastWindowEndMs - s.firstWindowEndMs) / 1000, 0),
  };
}

function feltIn(sure: readonly SureWindow[]): Figures['felt'] {
  return EMOTIONS.map((emotion) => {
    const those = sure.filter(({ label }) => label === emotion);
    const confidence = those.reduce((sum, window) => sum + window.confidence, 0) / Math.max(1, those.length);
    return { emotion, share: those.length / Math.max(1, sure.length), confidence };
  })
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
}

/** What no span covers, from 0 to the end. `spans` are in the order of their start. */
export function gaps(spans: readonly Span[], durationMs: number): Span[] {
  const found: Span[] = [];
  let coveredMs = 0;
  for (const { startMs, endMs } of spans) {
    if (startMs > coveredMs) found.push({ startMs: coveredMs, endMs: startMs });
    coveredMs = Math.max(coveredMs, endMs);
  }
  if (coveredMs < durationMs) found.push({ startMs: coveredMs, endMs: durationMs });
  return found;
}

/** What the customer wanted, as each utterance or message was read: strongest first. */
export interface WantedIntent {
  readonly name: string;
  /** The best it got. */
  readonly score: number;
  /** Each time it was heard. */
  readonly heard: { readonly atMs: number; readonly score: number }[];
}

export function intentsOf(call: Call): WantedIntent[] {
  const byName = new Map<string, WantedIntent>();
  for (const { intents, outOfScope, startMs } of call.finals) {
    const best = intents[0];
    if (outOfScope || best === undefined) continue;
    const { name, score } = best;
    const known = byName.get(name) ?? { name, score: 0, heard: [] };
    known.heard.push({ atMs: startMs, score });
    byName.set(name, { ...known, score: Math.max(known.score, score) });
  }
  return [...byName.values()].sort((a, b) => b.score - a.score || a.heard[0]!.atMs - b.heard[0]!.atMs);
}
