import type { ConversationFigures, PartyTalk } from '@rapport-live/protocol';
import { holdFigures } from './hold-state';
import { rounded } from './rounding';
import type { SessionState, TalkCounter } from './session-state';
import { sumsSoFar } from './talk-state';
import type { Speaker } from './talk-sums';

/** Speech in transcripts from which a rate is given, ms: five words say nothing of how fast a person speaks. */
const MIN_RATE_SPEECH_MS = 5000;

/** How the conversation goes so far. Both parties are heard apart or figures that compare them are absent, with the reason. */
export function conversationFigures({ talk, talkCounters, holds, lastWindowEndMs }: SessionState): ConversationFigures {
  const sums = sumsSoFar(talk);
  const { hasVoice } = talk;
  // nothing is heard in a hold: how far it has come is told by the windows that pass
  const bare = {
    mediaMs: Math.round(sums.mediaMs),
    holds: holdFigures(holds, Math.max(talk.heardMs, lastWindowEndMs)),
  };
  if (hasVoice.mixed) return { ...bare, absentReason: 'party_unknown' };
  if (!hasVoice.customer && !hasVoice.agent) return { ...bare, absentReason: 'no_voice' };

  const bothHeard = hasVoice.customer && hasVoice.agent;
  const total = sums.talkMs.customer + sums.talkMs.agent;
  const party = (who: Speaker): PartyTalk => ({
    talkMs: Math.round(sums.talkMs[who]),
    ...(bothHeard && total > 0 ? { talkShare: rounded(sums.talkMs[who] / total) } : {}),
    ...(bothHeard ? { interruptions: sums.interruptions[who] } : {}),
    ...rateOf(talkCounters[who]),
  });
  return {
    ...bare,
    ...(bothHeard ? {} : { absentReason: 'one_party' as const }),
    ...(hasVoice.customer ? { customer: party('customer') } : {}),
    ...(hasVoice.agent ? { agent: party('agent') } : {}),
    ...(bothHeard
      ? {
          overlapMs: Math.round(sums.overlapMs),
          silenceMs: Math.round(sums.silenceMs),
          silenceShare: rounded(sums.mediaMs === 0 ? 0 : sums.silenceMs / sums.mediaMs),
          longestSilenceMs: Math.round(sums.longestSilenceMs),
        }
      : {}),
  };
}

function rateOf({ words, speechMs }: TalkCounter): { wordsPerMinute?: number } {
  return speechMs < MIN_RATE_SPEECH_MS ? {} : { wordsPerMinute: Math.round((60_000 * words) / speechMs) };
}

/** Unicode's word boundaries (UAX 29); what has no spaces, as Chinese or Thai, by dictionary. */
const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/** Words of a redacted text; a mask is one, whatever it hides. */
export function countWords(text: string): number {
  let words = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike === true) words++;
  return words;
}
