import type { AlertView } from '@rapport-live/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ServiceError } from '../../api/service-error';
import { Trouble } from '../../parts/trouble';
import { useViewer } from '../../shell/viewer';
import { CLEAR_REASONS } from '../conversation/words';
import { SEVERITY_WORDS } from '../wall/session-words';
import { AlertWhose, AlertWhy, OpenAlert } from './alert-about';
import { MoreHandling } from './more-handling';
import { personName } from './person-name';
import { ago } from './queue';
import type { Handling } from './use-alerts';

interface AlertRowProps {
  readonly alert: AlertView;
  /** Wall clock. */
  readonly nowMs: number;
  /** It is the one that the address names. */
  readonly isSought: boolean;
  readonly onHandle: (alert: AlertView, handling: Handling) => Promise<void>;
}

export function AlertRow({ alert, nowMs, isSought, onHandle }: AlertRowProps) {
  const { id, name, severity, acknowledged, assignee, snoozedUntil } = alert;
  const viewer = useViewer();
  const [error, setError] = useState<ServiceError>();
  const [isBusy, setBusy] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isSought) row.current?.scrollIntoView({ block: 'center' });
  }, [isSought]);

  /** True: it was done. */
  async function handle(handling: Handling): Promise<boolean> {
    if (isBusy) return false;
    setBusy(true);
    setError(undefined);
    try {
      await onHandle(alert, handling);
      return true;
    } catch (caught) {
      if (!(caught instanceof ServiceError)) throw caught;
      setError(caught);
      return false;
    } finally {
      setBusy(false);
    }
  }

  const mayHandle = viewer.role !== 'analyst';
  const isMine = assignee === viewer.userId;
  const isSnoozed = snoozedUntil !== undefined && Date.parse(snoozedUntil) > nowMs;
  return (
    <li
      class={`panel alert-row ${severity}`}
      ref={row}
      data-sought={isSought || undefined}
      aria-labelledby={`name-${id}`}
    >
      <header>
        <h2 id={`name-${id}`}>
          <span class={`badge ${severity}`}>{SEVERITY_WORDS[severity]}</span> <span dir="auto">{name}</span>
        </h2>
        <span class="muted">{stateText(alert, nowMs)}</span>
      </header>
      <AlertWhose alert={alert} />
      <AlertWhy alert={alert} />
      {(acknowledged ?? assignee) !== undefined || isSnoozed ? (
        <p class="handled">
          {[
            ...(acknowledged === undefined
              ? []
              : [`Acknowledged by ${personName(acknowledged.by)} ${ago(acknowledged.at, nowMs)}`]),
            ...(assignee === undefined ? [] : [`With ${personName(assignee)}`]),
            ...(isSnoozed ? [`Put off until ${new Date(snoozedUntil).toLocaleTimeString()}`] : []),
          ].join(' · ')}
        </p>
      ) : null}
      {alert.notes.length > 0 && (
        <ul class="notes">
          {alert.notes.map(({ by, at, note }) => (
            <li key={at + note}>
              <span class="muted">
                {personName(by)}, {ago(at, nowMs)}:
              </span>{' '}
              <span dir="auto">{note}</span>
            </li>
          ))}
        </ul>
      )}
      <p class="actions">
        {mayHandle && (
          <>
            {/* it stays where it is, so that the focus does */}
            <button
              type="button"
              class={acknowledged === undefined ? 'primary' : ''}
              aria-disabled={acknowledged !== undefined}
              onClick={() => acknowledged === undefined && void handle(['acknowledge'])}
            >
              {acknowledged === undefined ? 'Acknowledge' : 'Acknowledged'}
            </button>
            <button type="button" onClick={() => void handle(['assign', { assignee: isMine ? null : viewer.userId }])}>
              {isMine ? 'Give back' : 'Take it'}
            </button>
          </>
        )}
        <OpenAlert alert={alert} />
      </p>
      {mayHandle && <MoreHandling alert={alert} onHandle={handle} />}
      {error !== undefined && <Trouble error={error} />}
    </li>
  );
}

function stateText({ state, raisedAt, changedAt, clearReason }: AlertView, nowMs: number): string {
  const parts = [
    `raised ${ago(raisedAt, nowMs)}`,
    ...(state === 'cleared'
      ? [`cleared ${ago(changedAt, nowMs)}${clearReason === undefined ? '' : `: ${CLEAR_REASONS[clearReason]}`}`]
      : []),
  ];
  return parts.join(' · ');
}
