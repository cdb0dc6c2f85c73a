import type { AlertView } from '@rapport-live/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ServiceError } from '../../api/service-error';
import { Trouble } from '../../parts/trouble';
import { hashOf } from '../../router/hash-route';
import { useViewer } from '../../shell/viewer';
import { clockOf } from '../../words/durations';
import { CLEAR_REASONS } from '../conversation/words';
import { evidenceText } from './evidence-text';
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
  const { id, name, severity, sessionId, onsetWindowEndMs, evidence, acknowledged, assignee, snoozedUntil } = alert;
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

  const isMine = assignee === viewer.userId;
  const isSnoozed = snoozedUntil !== undefined && Date.parse(snoozedUntil) > nowMs;
  return (
    <li
      class={`panel alert-row ${severity}`}
      ref={row}
      data-sought={isSought || undefined}
      aria-labelledby={`name-${id}`}
    >
      <h2 id={`name-${id}`}>
        <span class={`badge ${severity}`}>{severity}</span> <span dir="auto">{name}</span>
      </h2>
      <ul class="evidence">
        {evidence.map((one, i) => (
          <li key={i}>{evidenceText(one)}</li>
        ))}
      </ul>
      <p class="muted">{stateText(alert, nowMs)}</p>
      <p>
        <a href={hashOf('/sessions/:id', { id: sessionId }, { at: String(onsetWindowEndMs) })}>
          Open the conversation at {clockOf(onsetWindowEndMs)}
        </a>
      </p>
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
      {viewer.role !== 'analyst' && (
        <>
          <p class="actions">
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
          </p>
          <MoreHandling alert={alert} onHandle={handle} />
        </>
      )}
      {error !== undefined && <Trouble error={error} />}
    </li>
  );
}

function stateText({ state, raisedAt, changedAt, team, clearReason }: AlertView, nowMs: number): string {
  const parts = [
    `raised ${ago(raisedAt, nowMs)}`,
    ...(state === 'cleared'
      ? [`cleared ${ago(changedAt, nowMs)}${clearReason === undefined ? '' : `: ${CLEAR_REASONS[clearReason]}`}`]
      : []),
    ...(team === undefined ? [] : [`team ${team}`]),
  ];
  return parts.join(' · ');
}
