import { NO_ALERTS } from '../alerts/alert-state';
import { SESSION_STATE_VERSION, type SessionState } from './session-state';

/** Without rules: what there was before alerts (version 5). Watched from where it goes on. */
type StateBeforeAlerts = Omit<SessionState, 'version' | 'alerts'> & {
  readonly version: 5;
  readonly alertStates?: unknown;
};

/** A state as it was snapshot, by this version or by one before it; undefined: by another, of which nothing is known. */
export function upgradedState(kept: { readonly version: number }): SessionState | undefined {
  if (kept.version === SESSION_STATE_VERSION) return kept as SessionState;
  if (kept.version !== 5) return undefined;
  const { alertStates: _, ...state } = kept as StateBeforeAlerts;
  return { ...state, version: SESSION_STATE_VERSION, alerts: { ...NO_ALERTS, tickMs: state.lastWindowEndMs } };
}
