import type { AlertView } from '@rapport-live/protocol';
import { useMemo, useState } from 'preact/hooks';
import { Trouble } from '../../parts/trouble';
import { useGradually } from '../../parts/use-gradually';
import { useNow } from '../../parts/use-now';
import { hashOf } from '../../router/hash-route';
import { goTo } from '../../router/use-route';
import type { PageProps } from '../../shell/pages';
import { plural } from '../conversation/words';
import { AlertRow } from './alert-row';
import './alerts.css';
import { queueOf } from './queue';
import { type AlertState, type Handling, useAlerts } from './use-alerts';

const STATES: Readonly<Record<AlertState, string>> = { open: 'Open', cleared: 'Cleared', all: 'All' };
/** What rows say of the time is of minutes; they are drawn again so often, ms. */
const ROWS_EVERY_MS = 10_000;
/** Drawn in one frame. */
const ROWS_A_FRAME = 5;

const DONE: Readonly<Record<Handling[0], string>> = {
  acknowledge: 'acknowledged',
  assign: 'handed over',
  snooze: 'put off',
  note: 'noted',
};

/** The queue of alerts, the worst first: `#/alerts?state=open&id=ID`. */
export function AlertsPage({ query }: PageProps) {
  const state = stateOf(query.get('state'));
  const { list, error, fresh, handle, again } = useAlerts(state);
  const [said, setSaid] = useState('');
  const [withSnoozed, setWithSnoozed] = useState(false);
  const nowMs = Math.floor(useNow() / ROWS_EVERY_MS) * ROWS_EVERY_MS;
  const { shown, snoozed } = useMemo(() => queueOf(list?.alerts ?? [], nowMs), [list, nowMs]);
  const sought = query.get('id');
  const rows = withSnoozed || state !== 'open' ? (list?.alerts ?? []) : shown;
  const drawn = useGradually(rows, ROWS_A_FRAME, state);

  async function handled(alert: AlertView, handling: Handling): Promise<void> {
    setSaid('');
    await handle(alert.id, handling);
    setSaid(`${alert.name}: ${DONE[handling[0]]}.`);
  }

  const items = useMemo(
    () =>
      drawn.map((alert) => (
        <AlertRow key={alert.id} alert={alert} nowMs={nowMs} isSought={alert.id === sought} onHandle={handled} />
      )),
    [rows, drawn.length, nowMs, sought],
  );

  return (
    <div class="alerts">
      <header class="alerts-head">
        <h1>Alerts</h1>
        <label>
          Show{' '}
          <select value={state} onChange={(event) => goTo(hashOf('/alerts', {}, { state: event.currentTarget.value }))}>
            {Object.entries(STATES).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {list !== undefined && <p class="muted">{countText(list.total, list.alerts.length)}</p>}
        {state === 'open' && snoozed.length > 0 && (
          <button type="button" aria-pressed={withSnoozed} onClick={() => setWithSnoozed(!withSnoozed)}>
            {snoozed.length} put off
          </button>
        )}
      </header>
      <p class="unseen" role="status">
        {said}
        {fresh.length > 0 && ` ${plural(fresh.length, 'new alert')}: ${fresh.map(({ name }) => name).join(', ')}.`}
      </p>
      {error !== undefined && <Trouble error={error} onAgain={again} />}
      {list === undefined ? (
        error === undefined && <p class="muted">Asking for alerts.</p>
      ) : rows.length === 0 ? (
        <p class="panel">No {state === 'all' ? '' : `${state} `}alerts. They come here by themselves.</p>
      ) : (
        <ul class="alert-list" role="list">
          {items}
        </ul>
      )}
    </div>
  );
}

const stateOf = (text: string | undefined): AlertState => (text === 'cleared' || text === 'all' ? text : 'open');

const countText = (total: number, listed: number): string =>
  total > listed ? `the first ${listed} of ${total}` : plural(total, 'alert');
