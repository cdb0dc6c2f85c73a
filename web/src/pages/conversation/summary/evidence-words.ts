import type { SessionSummary } from '@rapport-live/protocol';
import { plural } from '../words';

/** How much there was to go by, in sentences. Pure. */
export function evidenceWords({ evidence }: Pick<SessionSummary, 'evidence'>): readonly string[] {
  const { windows, trusted, abstained, degraded, voice, face, text, finals } = evidence;
  if (windows + degraded === 0) return ['Nothing was assessed.'];
  const heard = [
    ['voice', voice],
    ['a face', face],
    ['words', text],
  ] as const;
  const there = heard.filter(([, count]) => count > 0).map(([name, count]) => `${name} in ${count}`);
  return [
    `${plural(windows, 'second')} of the customer assessed, ${trusted} of them sure enough to go by.`,
    ...(abstained === 0 ? [] : [`${abstained} without enough evidence.`]),
    ...(degraded === 0 ? [] : [`${degraded} could not be assessed.`]),
    ...(there.length === 0 ? [] : [`There was ${there.join(', ')}.`]),
    `${plural(finals, 'utterance or message', 'utterances and messages')}.`,
  ];
}
