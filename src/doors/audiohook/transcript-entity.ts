import type { TranscriptFinalData } from '@rapport-live/protocol';
import { type Channel, type EventEntity, LANGUAGE_CODE } from './messages';
import { durationOf } from './stream-time';

export interface EntityContext {
  /** Session time to position in the client's stream, ms. */
  readonly positionMs: (sessionMs: number) => number;
  /** As the client gave them, `en-US`; the newest first. */
  readonly languages: readonly string[];
}

/**
 * A final transcript as the entity `transcript` of an AudioHook event (protocol/entities-transcript.ts of the publisher's
 * reference implementation). Undefined for what has no place in it: chat, and a channel that is neither party's.
 * @param id UUID of the utterance.
 */
export function transcriptEntity(
  id: string,
  data: TranscriptFinalData,
  { positionMs, languages }: EntityContext,
): EventEntity | undefined {
  const channel = CHANNEL_OF[data.party];
  if (data.source !== 'voice' || channel === undefined) return undefined;
  const language = codeOf(data.language, languages);
  const at = positionMs(data.startMs);
  const confidence = data.confidence ?? 0;
  const alternative = {
    confidence,
    ...(language === undefined ? {} : { languages: [language] }),
    interpretations: [{ type: 'display', transcript: data.text, tokens: tokensOf(data, positionMs, language) }],
  };
  const length = durationOf(data.endMs - data.startMs);
  return {
    type: 'transcript',
    data: { id, channel, isFinal: true, offset: durationOf(at), duration: length, alternatives: [alternative] },
  };
}

const CHANNEL_OF: Readonly<Record<TranscriptFinalData['party'], Channel | undefined>> = {
  customer: 'external',
  agent: 'internal',
  mixed: undefined,
};

/** Offsets are told apart: two words that were heard at one time lie a millisecond apart. */
function tokensOf(
  { words = [] }: TranscriptFinalData,
  positionMs: (sessionMs: number) => number,
  language: string | undefined,
): object[] {
  let before = -1;
  return words.map(({ word, startMs, endMs, probability }) => {
    const offsetMs = Math.max(before + 1, positionMs(startMs));
    before = offsetMs;
    return {
      type: 'word',
      value: word,
      confidence: probability,
      offset: durationOf(offsetMs),
      duration: durationOf(Math.max(0, endMs - startMs)),
      ...(language === undefined ? {} : { language }),
    };
  });
}

/** The protocol knows languages with their region only: ours goes by the client's where they agree, else it is not said. */
function codeOf(heard: string | undefined, asked: readonly string[]): string | undefined {
  if (heard === undefined) return undefined;
  if (LANGUAGE_CODE.test(heard)) return heard;
  return asked.find((code) => code.toLowerCase().startsWith(`${heard.toLowerCase()}-`));
}
