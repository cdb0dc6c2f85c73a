import type { AbsentReason, Modality, ShedStep } from '@rapport-live/protocol';
import { MODALITIES } from '@rapport-live/protocol';
import type { EncodedHop, EncodedText } from '../facts/encoded-fact';
import type { FusionOptions } from './fusion-options';

/** What fusion sees of one modality. */
export interface ModalityInput {
  readonly present: boolean;
  readonly absentReason?: AbsentReason;
  /** ms of customer speech, detected faces, or word tokens. */
  readonly evidence: number;
  /** [n, width] in time order, n >= 1; only when present. */
  readonly tokens?: Float32Array;
  readonly width: number;
  /** Of a face: whose it is, in this session. */
  readonly faceId?: string;
}

/** The last 4 s of voice and faces and the last 30 s of text, once a second. */
export interface Window {
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly modalities: Readonly<Record<Modality, ModalityInput>>;
  /** The modalities that are present, in their order. */
  readonly present: readonly Modality[];
  /** Something came since the last window that an assessment can say something of. */
  readonly isNew: boolean;
  readonly mixedSpeech: boolean;
  /** Nothing new but stills that nobody looked at, by a step of rule 16. */
  readonly shedAll: boolean;
  /** Steps of rule 16 in force. */
  readonly shed: readonly ShedStep[];
}

/** What windows to come need of facts gone by. It follows from the facts of the last 30 s, so it is in no snapshot. */
export interface AssemblyTail {
  readonly faces: readonly HeldFace[];
  /** End of the last hop with a still in it. */
  readonly lastStillEndMs: number;
  /** End of the last hop with a still in it that was not looked at, by a step of rule 16. */
  readonly lastShedStillEndMs: number;
  readonly texts: readonly HeldText[];
}

interface HeldFace {
  readonly timeMs: number;
  readonly token: Float32Array;
  readonly faceId?: string;
}

interface HeldText {
  readonly endMs: number;
  readonly tokens: Float32Array;
  readonly width: number;
  readonly absentReason?: AbsentReason;
  /** It was part of a window already. */
  readonly assembled: boolean;
}

export const EMPTY_TAIL: AssemblyTail = {
  faces: [],
  lastStillEndMs: -Infinity,
  lastShedStillEndMs: -Infinity,
  texts: [],
};

/** [CLS] and [SEP], which the text encoder sets around every text. */
const SPECIAL_TOKENS = 2;

/**
 * Keeps a text of the subject for the windows that end at or after it; other texts change nothing.
 * @param assembled a window with it was made before.
 */
export function holdText(
  tail: AssemblyTail,
  text: EncodedText,
  options: FusionOptions,
  assembled = false,
  subject: 'customer' | 'agent' = 'customer',
): AssemblyTail {
  if (text.party !== subject) return tail;
  const held: HeldText = {
    endMs: text.endMs,
    tokens: text.sequence?.tokens ?? new Float32Array(0),
    width: text.sequence?.width ?? 0,
    absentReason: text.absentReason,
    assembled,
  };
  // stable: texts that end together keep their order of arrival
  const texts = [...tail.texts, held].sort((a, b) => a.endMs - b.endMs).slice(-options.maxHeldTexts);
  return { ...tail, texts };
}

/**
 * The window that ends with a hop, and the tail for the next one. A text enters the first window that ends at or after
 * it once it is ready, so a late one enters a later window; no window is made twice (rule 2). None is made of what lies
 * in a hold as a whole: what comes meanwhile counts for the first one behind it.
 */
export function assembleWindow(
  tail: AssemblyTail,
  hop: EncodedHop,
  options: FusionOptions,
): { window: Window; tail: AssemblyTail } {
  const windowEndMs = hop.hopEndMs;
  const voice = voiceInput(hop, options);

  const { sequence } = hop.face;
  const arrived = [...sequence.timesMs].map((timeMs, i) => ({
    timeMs,
    token: sequence.tokens.slice(i * sequence.width, (i + 1) * sequence.width),
    faceId: hop.face.faceIds?.[i],
  }));
  const faces = [...tail.faces, ...arrived]
    .filter(({ timeMs }) => timeMs > windowEndMs - options.windowMs)
    .sort((a, b) => a.timeMs - b.timeMs)
    .slice(-options.maxFaceTokens)
    .filter(({ faceId }, _i, all) => faceId === all.at(-1)!.faceId); // one face a window: the newest
  const lastStillEndMs = hop.face.stills > 0 ? windowEndMs : tail.lastStillEndMs;
  const shedStills = hop.face.shedStills ?? 0;
  const lastShedStillEndMs = shedStills > 0 ? windowEndMs : tail.lastShedStillEndMs;
  const isRecent = (endMs: number): boolean => windowEndMs - endMs < options.windowMs;
  const face = faceInput(
    faces,
    isRecent(lastShedStillEndMs) ? 'shed' : isRecent(lastStillEndMs) ? 'no_face' : 'no_media',
  );

  const held = tail.texts.filter(({ endMs }) => endMs > windowEndMs - options.textWindowMs);
  const inHold = liesInHold(hop, options);
  const inWindow = inHold ? [] : held.filter((one) => isReady(one, hop));
  const text = textInput(inWindow, options);

  const modalities = { voice, face, text };
  const present = MODALITIES.filter((modality) => modalities[modality].present);
  const somethingNew =
    (voice.present && hop.voice.fresh) || arrived.length > 0 || inWindow.some(({ assembled }) => !assembled);
  const isNew = !inHold && (hop.mixedSpeech || (somethingNew && present.length > 0));
  return {
    window: {
      windowStartMs: Math.max(0, windowEndMs - options.windowMs),
      windowEndMs,
      modalities,
      present,
      isNew,
      mixedSpeech: hop.mixedSpeech,
      shedAll: !isNew && !inHold && shedStills > 0,
      shed: hop.shed ?? [],
    },
    tail: {
      faces,
      lastStillEndMs,
      lastShedStillEndMs,
      texts: held.map((one) => (inWindow.includes(one) ? { ...one, assembled: true } : one)),
    },
  };
}

type HopTime = Pick<EncodedHop, 'hopEndMs' | 'heldSinceMs'>;

/** All of the window that ends with this hop lies in a hold: it is assessed from nothing. */
export function liesInHold({ hopEndMs, heldSinceMs }: HopTime, { windowMs }: Pick<FusionOptions, 'windowMs'>): boolean {
  return heldSinceMs !== undefined && heldSinceMs <= Math.max(0, hopEndMs - windowMs);
}

/** What is written in a hold counts from its end on. */
const isReady = ({ endMs }: HeldText, { hopEndMs, heldSinceMs }: HopTime): boolean =>
  endMs <= hopEndMs && (heldSinceMs === undefined || endMs <= heldSinceMs);

/** Whether a text waits that the window which ends here would have been the first with. */
export function textWaits(tail: AssemblyTail, hop: HopTime): boolean {
  return tail.texts.some((text) => !text.assembled && isReady(text, hop));
}

/** The tail after a window that could not be assessed: its texts count as new to the next one. */
export function tailAfterFailure(before: AssemblyTail, after: AssemblyTail): AssemblyTail {
  return { ...after, texts: before.texts };
}

function voiceInput(hop: EncodedHop, options: FusionOptions): ModalityInput {
  const { sequence, speechMs, absentReason } = hop.voice;
  const evidence = speechMs;
  if (sequence === undefined || sequence.timesMs.length === 0) {
    return { present: false, absentReason: absentReason ?? 'too_little_speech', evidence, width: sequence?.width ?? 0 };
  }
  const { width } = sequence;
  return { present: true, evidence, width, tokens: newestRows(sequence.tokens, width, options.maxVoiceTokens) };
}

function faceInput(faces: AssemblyTail['faces'], absentReason: AbsentReason): ModalityInput {
  const evidence = faces.length;
  const width = faces[0]?.token.length ?? 0;
  if (evidence === 0) return { present: false, absentReason, evidence, width };
  const { faceId } = faces.at(-1)!;
  const tokens = joined(faces.map(({ token }) => token));
  return { present: true, evidence, width, tokens, ...(faceId === undefined ? {} : { faceId }) };
}

function textInput(texts: readonly HeldText[], options: FusionOptions): ModalityInput {
  const withTokens = texts.filter(({ tokens }) => tokens.length > 0);
  const width = withTokens[0]?.width ?? 0;
  if (withTokens.length === 0) {
    const absentReason = texts.at(-1)?.absentReason ?? 'no_text';
    return { present: false, absentReason, evidence: 0, width };
  }
  const tokens = newestRows(joined(withTokens.map((text) => text.tokens)), width, options.maxTextTokens);
  return { present: true, evidence: wordTokens(withTokens, tokens.length / width), width, tokens };
}

/** Tokens of words among the newest `kept` rows: the specials at both ends of each text say nothing. */
function wordTokens(texts: readonly HeldText[], kept: number): number {
  let words = 0;
  let left = kept;
  for (const { tokens, width } of [...texts].reverse()) {
    const rows = tokens.length / width;
    // cut at the front, so the closing token goes first and the opening one only when it is reached
    words += left >= rows ? Math.max(0, rows - SPECIAL_TOKENS) : Math.max(0, left - 1);
    left = Math.max(0, left - rows);
  }
  return words;
}

function newestRows(tokens: Float32Array, width: number, max: number): Float32Array {
  return tokens.length > max * width ? tokens.slice(-max * width) : tokens;
}

/** One after the other: rows of one width, say. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
