import { useRef } from 'preact/hooks';
import { nameOf, SEVERITY_WORDS } from './session-words';
import type { Sessions } from './wall-store';

interface AlertVoiceProps {
  /** Undefined: nothing has come yet, so that nothing is there from the start. */
  readonly sessions: Sessions | undefined;
}

/** Said for those who do not see the wall: alerts that are new, but for mere information. Those there at the start are not. */
export function AlertVoice({ sessions }: AlertVoiceProps) {
  const known = useRef<Set<string> | undefined>(undefined);
  const said = useRef('');
  if (sessions !== undefined) {
    const open = [...sessions.values()].flatMap((session) => session.alerts.map((alert) => ({ session, alert })));
    const fresh = open.filter(({ alert }) => known.current?.has(alert.id) === false && alert.severity !== 'info');
    known.current = new Set(open.map(({ alert }) => alert.id));
    if (fresh.length > 0) {
      said.current = fresh
        .map(({ session, alert }) => `${SEVERITY_WORDS[alert.severity]} alert, ${nameOf(session)}: ${alert.name}.`)
        .join(' ');
    }
  }
  return (
    <p class="unseen alert-voice" role="status">
      {said.current}
    </p>
  );
}
