import { NO_ALERTS } from '../alerts/alert-state';
import { initialState } from './session-state';
import { upgradedState } from './session-state-upgrade';

it('takes a state of this version as it is, one of before alerts as watched from where it goes on, and no other', () => {
  const state = { ...initialState('en'), lastWindowEndMs: 7000 };
  expect(upgradedState(state)).toBe(state);
  const { alerts: _, ...rest } = state;
  const before = { ...rest, version: 5, alertStates: {} };
  expect(upgradedState(before)).toEqual({ ...state, alerts: { ...NO_ALERTS, tickMs: 7000 } });
  expect(upgradedState({ version: 4 })).toBeUndefined();
  expect(upgradedState({ version: 7 })).toBeUndefined();
});
