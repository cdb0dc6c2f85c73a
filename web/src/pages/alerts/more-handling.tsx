import type { AlertView } from '@rapport-live/protocol';
import type { Handling } from './use-alerts';
import { SNOOZES } from './queue';

interface MoreHandlingProps {
  readonly alert: AlertView;
  /** True: it was done. */
  readonly onHandle: (handling: Handling) => Promise<boolean>;
}

/** What is done less often: put it off, hand it over, write something down. */
export function MoreHandling({ alert, onHandle }: MoreHandlingProps) {
  const { id, assignee } = alert;
  const submitted =
    (handlingOf: (form: FormData) => Handling) =>
    async (event: SubmitEvent): Promise<void> => {
      event.preventDefault();
      const form = event.currentTarget as HTMLFormElement;
      if (await onHandle(handlingOf(new FormData(form)))) form.reset();
    };
  const snooze = submitted((form) => ['snooze', { forMs: Number(form.get('forMs')) }]);
  const assign = submitted((form) => ['assign', { assignee: String(form.get('assignee')) }]);
  const note = submitted((form) => ['note', { note: String(form.get('note')) }]);
  return (
    <details class="more">
      <summary>Put off, hand over, note</summary>
      <form onSubmit={(event) => void snooze(event)}>
        <label for={`snooze-${id}`}>Put off for</label>
        <select id={`snooze-${id}`} name="forMs">
          {SNOOZES.map(({ forMs, name }) => (
            <option key={forMs} value={forMs}>
              {name}
            </option>
          ))}
        </select>
        <button type="submit">Put off</button>
      </form>
      <form onSubmit={(event) => void assign(event)}>
        <label for={`assign-${id}`}>Hand over to</label>
        <input id={`assign-${id}`} name="assignee" required maxLength={256} placeholder={assignee} spellcheck={false} />
        <button type="submit">Hand over</button>
      </form>
      <form onSubmit={(event) => void note(event)}>
        <label for={`note-${id}`}>Note</label>
        <textarea id={`note-${id}`} name="note" required maxLength={2000} rows={2} />
        <button type="submit">Write it down</button>
      </form>
    </details>
  );
}
