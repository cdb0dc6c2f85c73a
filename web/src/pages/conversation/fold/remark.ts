import type { SessionUpdatedData } from '@rapport-live/protocol';
import { clockOf } from '../../../words/durations';
import { spaced } from '../../../words/names';
import { PARTY_NAMES } from '../words';

/** What an update says to whoever reads the transcript; undefined: it is of no interest there. */
export function remarkOf({ kind, scope, detail }: SessionUpdatedData): string | undefined {
  const text = (name: string): string => spaced(String(detail[name] ?? ''));
  const party = PARTY_NAMES[detail['party'] as keyof typeof PARTY_NAMES] ?? 'Somebody';
  const who = kind === 'participant' && scope !== undefined ? `${party} (${scope})` : party;
  switch (kind) {
    case 'participant':
      return participantRemark(String(detail['action']), who);
    case 'pause':
      return detail['paused'] === true
        ? `Paused${detail['reason'] === undefined ? '' : `: ${text('reason')}`}. Nothing is heard or kept.`
        : 'The pause is over.';
    case 'gap':
      return `Media missing: ${lost(detail)}${text('reason')}.`;
    case 'consent':
      return detail['analysis'] === false ? 'Consent was withdrawn.' : 'Consent was changed.';
    case 'language':
      return detail['language'] === 'und' ? 'The language could not be told.' : `Language: ${text('language')}.`;
    case 'shed':
      if (detail['step'] !== undefined) {
        return detail['active'] === true ? `Under load: ${text('step')} left out.` : `Again there: ${text('step')}.`;
      }
      return `A ${text('what')} of the ${text('party')} was left out: ${text('reason')}.`;
    case 'notice':
      return detail['reason'] === 'video_refused' ? 'No more pictures can be decoded.' : undefined;
  }
}

function participantRemark(action: string, who: string): string | undefined {
  switch (action) {
    case 'hold':
      return `${who} is on hold.`;
    case 'unhold':
      return `${who} is off hold.`;
    case 'joined':
      return `${who} joined.`;
    case 'left':
      return `${who} left.`;
    case 'agent_changed':
      return `Handed over to another agent: ${who}.`;
  }
  return undefined;
}

function lost({ lostMs, fromMs, toMs }: SessionUpdatedData['detail']): string {
  const span = typeof fromMs === 'number' && typeof toMs === 'number' ? `${clockOf(fromMs)} to ${clockOf(toMs)}, ` : '';
  return typeof lostMs === 'number' && lostMs > 0 ? `${(lostMs / 1000).toFixed(1)} s, ${span}` : span;
}
