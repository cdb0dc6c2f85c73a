import type { Emotion, TypedEvent, WindowAssessedData } from '@rapport-live/protocol';

/**
 * The assessments of a session as EmotionML 1.0 (W3C Recommendation, 22 May 2014). Categories are the "big six" of "Vocabularies for
 * EmotionML" (W3C Group Note, 2014; Ekman 1972): joy is its happiness, and neutral, which it lacks, is what the others leave of 1.
 * Pleasure and arousal are two of its PAD dimensions (Mehrabian 1996), from [-1, 1] brought into [0, 1] as the format wants.
 * Windows that abstained are left out: an emotion that is not to be acted on is none.
 */
export function emotionMl(events: readonly TypedEvent[]): string {
  const startedMs = Math.max(0, ...events.flatMap(startOf));
  return `${EMOTION_ML_BEGIN}${events.map((event) => emotionElement(event, startedMs)).join('')}${EMOTION_ML_END}`;
}

/** What one event adds to the file, in the order of the events; nothing where it tells of no emotion. @param startedMs ms since 1970 */
export function emotionElement(event: TypedEvent, startedMs: number): string {
  if (event.type !== 'rapport.window.assessed' || event.data.abstained !== undefined) return '';
  return emotionOf(event.data, startedMs)
    .map((line) => `${line}\n`)
    .join('');
}

/** Both the start and the end of a session say when it began. */
function startOf(event: TypedEvent): number[] {
  const isKnown = event.type === 'rapport.session.started' || event.type === 'rapport.session.ended';
  return isKnown ? [Date.parse(event.data.startedAt)] : [];
}

const NAMESPACE = 'http://www.w3.org/2009/10/emotionml';
const BIG_SIX = 'http://www.w3.org/TR/emotion-voc/xml#big6';
const PAD = 'http://www.w3.org/TR/emotion-voc/xml#pad-dimensions';
/** Around the elements. */
export const EMOTION_ML_BEGIN = `<?xml version="1.0" encoding="UTF-8"?>
<emotionml version="1.0" xmlns="${NAMESPACE}" category-set="${BIG_SIX}" dimension-set="${PAD}">
`;
export const EMOTION_ML_END = '</emotionml>\n';

const CATEGORIES: readonly (readonly [Emotion, string])[] = [
  ['anger', 'anger'],
  ['disgust', 'disgust'],
  ['fear', 'fear'],
  ['joy', 'happiness'],
  ['sadness', 'sadness'],
  ['surprise', 'surprise'],
];
/** Of `expressed-through` (section 2.4.2). */
const CHANNELS = { voice: 'voice', face: 'face', text: 'text' } as const;

function emotionOf(data: WindowAssessedData, startedMs: number): string[] {
  const { emotion, confidence, valence, arousal, modalities, windowStartMs, windowEndMs } = data;
  if (emotion === undefined || confidence === undefined) return [];
  const through = (['voice', 'face', 'text'] as const).filter((one) => modalities[one].present).map((m) => CHANNELS[m]);
  const times = `start="${Math.round(startedMs + windowStartMs)}" end="${Math.round(startedMs + windowEndMs)}"`;
  const channels = through.length === 0 ? '' : ` expressed-through="${through.join(' ')}"`;
  const dimension = (name: string, value: number | undefined): string[] =>
    value === undefined ? [] : [`    <dimension name="${name}" value="${scale((value + 1) / 2)}"/>`];
  return [
    `  <emotion ${times}${channels}>`,
    ...CATEGORIES.map(
      ([label, name]) =>
        `    <category name="${name}" value="${scale(emotion[label])}" confidence="${scale(confidence)}"/>`,
    ),
    ...dimension('pleasure', valence),
    ...dimension('arousal', arousal),
    '  </emotion>',
  ];
}

/** A scale value is in [0, 1] (section 2.4.3). */
const scale = (value: number): string => String(Math.min(1, Math.max(0, Math.round(value * 1e4) / 1e4)));
