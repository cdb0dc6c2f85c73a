import type { AlertEvidence } from '@rapport-live/protocol';
import { clockOf } from '../../words/durations';
import { percentOf } from '../../words/percent';
import { spaced } from '../../words/names';
import { plural, seconds, signed } from '../conversation/words';

/** What speaks for an alert, in words (docs/alerts.md). */
export function evidenceText({ condition, of, value, threshold, sinceMs, phrase }: AlertEvidence): string {
  const about = spaced(of ?? condition);
  const since = sinceMs === undefined ? '' : `, since ${clockOf(sinceMs)}`;
  const at = sinceMs === undefined ? '' : ` at ${clockOf(sinceMs)}`;
  const limit = (say: (value: number) => string): string =>
    threshold === undefined ? '' : ` (the rule says ${say(threshold)})`;
  const told = (say: (value: number) => string): string =>
    `${value === undefined ? '' : say(value)}${limit(say)}${since}`;
  switch (condition) {
    case 'emotion':
    case 'intent':
      return `${about} ${told(percentOf)}`;
    case 'escalationRisk':
      return `risk of escalation ${told((n) => n.toFixed(2))}`;
    case 'said':
      return `${about} said “${phrase ?? ''}”${at}`;
    case 'notSaid':
      return `${about} has not said “${phrase ?? ''}” or the like${sinceMs === undefined ? '' : ` by ${clockOf(sinceMs)}`}`;
    case 'silence':
      return `nobody speaks for ${told(seconds)}`;
    case 'interruptions':
      return `${told((n) => plural(n, 'interruption'))} by ${about}`;
    case 'talkShare':
      return `talk share of the ${about} ${told(percentOf)}`;
    case 'trend':
      return `${about} moves by ${told(signed)}`;
    default:
      return `${about} ${told(signed)}`;
  }
}
