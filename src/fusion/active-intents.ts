import type { ActiveIntent } from '@rapport-live/protocol';
import type { FusionOptions } from './fusion-options';
import type { IntentScores } from './intent-index';
import { rounded } from './rounding';

/** An intent as it was heard: its score is that of `lastMs`, not yet decayed. */
export interface HeardIntent {
  readonly name: string;
  readonly score: number;
  readonly sources: readonly string[];
  readonly lastMs: number;
}

/**
 * Takes up what a text scored. One that is active already keeps the higher of its decayed and its new score. What
 * fits no intent takes nothing up.
 */
export function hearIntents(
  active: readonly HeardIntent[],
  { intents, outOfScope }: IntentScores,
  text: { readonly textId: string; readonly endMs: number },
  options: FusionOptions,
): HeardIntent[] {
  const stillActive = active.filter((intent) => decayed(intent, text.endMs, options) >= options.intentFloor);
  if (outOfScope) return stillActive;
  const byName = new Map(stillActive.map((intent) => [intent.name, intent]));
  for (const { name, score } of intents.slice(0, options.maxTranscriptIntents)) {
    if (score < options.intentFloor) continue;
    const before = byName.get(name);
    const lastMs = Math.max(text.endMs, before?.lastMs ?? 0);
    byName.set(name, {
      name,
      score: rounded(Math.max(score, before === undefined ? 0 : decayed(before, lastMs, options))),
      sources: [...(before?.sources ?? []).filter((id) => id !== text.textId), text.textId].slice(
        -options.maxIntentSources,
      ),
      lastMs,
    });
  }
  return [...byName.values()]
    .sort((a, b) => decayed(b, text.endMs, options) - decayed(a, text.endMs, options))
    .slice(0, options.maxActiveIntents);
}

/** The intents active at a time, strongest first. */
export function activeAt(heard: readonly HeardIntent[], timeMs: number, options: FusionOptions): ActiveIntent[] {
  return heard
    .map(({ sources, ...intent }) => ({
      ...intent,
      sources: [...sources],
      score: rounded(decayed({ ...intent, sources }, timeMs, options)),
    }))
    .filter(({ score }) => score >= options.intentFloor)
    .sort((a, b) => b.score - a.score)
    .slice(0, options.maxActiveIntents);
}

/** Linear from the score when it was heard to 0 after the decay time. */
function decayed({ score, lastMs }: HeardIntent, timeMs: number, { intentDecayMs }: FusionOptions): number {
  const age = Math.max(0, timeMs - lastMs);
  return score * Math.max(0, 1 - age / intentDecayMs);
}
