import type { AbstentionReason, Modality } from '@rapport-live/protocol';
import type { FusionOptions } from './fusion-options';
import type { Window } from './window-assembler';

/** Why an answer should not be acted on; undefined when it may be. `confidence` is the probability of its label. */
export function abstention(
  window: Window,
  confidence: number | undefined,
  options: FusionOptions,
): AbstentionReason | undefined {
  if (confidence === undefined) return 'party_unknown';
  if (window.present.every((modality) => isThin(modality, window, options))) return 'thin_evidence';
  return confidence < options.minConfidence ? 'low_confidence' : undefined;
}

/** Too little to go by when there is nothing better. */
function isThin(modality: Modality, window: Window, options: FusionOptions): boolean {
  const least = { voice: options.thinSpeechMs, face: options.thinFaces, text: options.thinTextTokens };
  return window.modalities[modality].evidence < least[modality];
}
