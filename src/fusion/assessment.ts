import type {
  AbsentReason,
  EmotionDistribution,
  Modality,
  ModalityEvidence,
  WindowAssessedData,
} from '@rapport-live/protocol';
import { EMOTIONS } from '@rapport-live/protocol';
import { abstention } from './abstention';
import { activeAt } from './active-intents';
import { calibrate, type FusionCalibration, type Probabilities, valenceArousal } from './calibration';
import { shapley } from './contribution';
import type { FusionOptions } from './fusion-options';
import { wasOnHold } from './hold-state';
import { rounded } from './rounding';
import type { SessionState } from './session-state';
import { type Subset, subsetKey } from './subsets';
import type { Window } from './window-assembler';

/** What the fusion network said of one window. */
export interface FusionOutcome {
  /** The full set first. */
  readonly subsets: readonly Subset[];
  /** [subsets, labels] */
  readonly logits: Float32Array;
  readonly labels: readonly string[];
  /** Joint embedding of the full set, [128]. */
  readonly embedding: Float32Array;
}

/** The assessment of a window but for the models and times: what the network said, calibrated and explained. */
export function assessment(
  window: Window,
  fusion: FusionOutcome | undefined,
  state: SessionState,
  policy: { readonly calibration: FusionCalibration; readonly options: FusionOptions },
  subject: WindowAssessedData['subject'] = 'customer',
): Omit<WindowAssessedData, 'language' | 'conversation' | 'models' | 'stageMs'> {
  const { calibration, options } = policy;
  const { windowStartMs, windowEndMs } = window;
  const read = fusion && readOutcome(fusion, calibration);
  const { lastScored } = state;
  return {
    windowStartMs,
    windowEndMs,
    subject,
    ...read?.emotion,
    abstained: abstention(window, read?.emotion.confidence, options),
    modalities: {
      voice: evidence('voice', window, read),
      face: evidence('face', window, read),
      text: evidence('text', window, read),
    },
    // what the agent wants is nobody's question
    intents: subject === 'customer' ? activeAt(state.activeIntents, windowEndMs, options) : [],
    outOfScope:
      subject === 'customer' &&
      lastScored !== null &&
      lastScored.outOfScope &&
      windowEndMs - lastScored.endMs < options.intentDecayMs,
    degraded: [...degradations(window), ...(wasOnHold(state.holds, windowStartMs, windowEndMs) ? ['hold'] : [])],
  };
}

interface ReadOutcome {
  readonly emotion: Required<Pick<WindowAssessedData, 'emotion' | 'label' | 'valence' | 'arousal' | 'confidence'>>;
  readonly contributions: Partial<Record<Modality, number>>;
  /** The emotion from each present modality alone. */
  readonly alone: Partial<Record<Modality, Probabilities>>;
}

function readOutcome({ subsets, logits, labels }: FusionOutcome, calibration: FusionCalibration): ReadOutcome {
  const bySubset = new Map<string, Probabilities>();
  subsets.forEach((subset, row) => {
    const rowLogits = logits.subarray(row * labels.length, (row + 1) * labels.length);
    bySubset.set(subsetKey(subset), calibrate(rowLogits, labels, subset, calibration));
  });
  const of = (subset: Subset): Probabilities => {
    const probabilities = bySubset.get(subsetKey(subset));
    if (probabilities === undefined) throw new Error(`no output for the subset ${subsetKey(subset)}`);
    return probabilities;
  };

  const present = subsets[0] ?? [];
  const full = of(present);
  const best = full.indexOf(Math.max(...full));
  const { valence, arousal } = valenceArousal(full, calibration);
  return {
    emotion: {
      emotion: distribution(full),
      label: EMOTIONS[best] ?? 'neutral',
      valence: rounded(valence),
      arousal: rounded(arousal),
      confidence: rounded(full[best] ?? 0),
    },
    // knowing nothing, every emotion is as likely
    contributions: shapley(present, (subset) => of(subset)[best] ?? 0, 1 / EMOTIONS.length),
    alone: Object.fromEntries(present.map((modality) => [modality, of([modality])])),
  };
}

function evidence(modality: Modality, window: Window, read: ReadOutcome | undefined): ModalityEvidence {
  const { present, absentReason, evidence: amount, faceId } = window.modalities[modality];
  const alone = read?.alone[modality];
  return {
    present,
    ...(absentReason === undefined ? {} : { absentReason }),
    evidence: amount,
    ...(faceId === undefined ? {} : { faceId }),
    contribution: rounded(read?.contributions[modality] ?? 0),
    ...(alone === undefined ? {} : { emotion: distribution(alone) }),
  };
}

function distribution(probabilities: Probabilities): EmotionDistribution {
  return Object.fromEntries(
    EMOTIONS.map((emotion, i) => [emotion, rounded(probabilities[i] ?? 0)]),
  ) as EmotionDistribution;
}

const FLAGGED: readonly (AbsentReason | undefined)[] = ['shed', 'language', 'language_undetermined'];

/** What was missing while this was made, and would otherwise go unseen. */
function degradations({ mixedSpeech, modalities, shed }: Window): string[] {
  const flags = mixedSpeech ? ['mixed_speech'] : [];
  for (const [modality, { absentReason }] of Object.entries(modalities)) {
    if (FLAGGED.includes(absentReason)) flags.push(`${modality}_${absentReason}`);
  }
  return [...flags, ...shed];
}
