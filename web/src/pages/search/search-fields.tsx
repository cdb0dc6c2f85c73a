import { EMOTIONS } from '../conversation/vocabulary';
import { type Asked, type Field, FIELDS } from './search-form';

interface SearchFieldsProps {
  readonly asked: Asked;
  readonly onAsk: (asked: Asked) => void;
}

const CHANNELS = ['voice', 'chat', 'video'] as const;
const CONFIDENCES = ['0.5', '0.6', '0.7', '0.8', '0.9'] as const;

/** The form. What is wrong with a query the service says: it is sent as it was written. */
export function SearchFields({ asked, onAsk }: SearchFieldsProps) {
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const next = Object.fromEntries(FIELDS.map((field) => [field, String(form.get(field) ?? '').trim()]));
    onAsk(next as Asked);
  }
  const text = (field: Field, label: string, placeholder?: string) => (
    <label>
      {label}
      <input
        name={field}
        defaultValue={asked[field]}
        maxLength={256}
        spellcheck={false}
        {...(placeholder === undefined ? {} : { placeholder })}
      />
    </label>
  );
  const time = (field: Field, label: string) => (
    <label>
      {label}
      <input name={field} type="datetime-local" defaultValue={asked[field]} />
    </label>
  );
  const choice = (field: Field, label: string, none: string, values: readonly string[]) => (
    <label>
      {label}
      <select name={field}>
        <option value="">{none}</option>
        {values.map((value) => (
          <option key={value} value={value} selected={asked[field] === value}>
            {value}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <form class="search-form" role="search" onSubmit={submit}>
      <div class="search-words">
        <label for="search-q">What was said or meant</label>
        <input id="search-q" name="q" type="search" defaultValue={asked.q} placeholder="angry about a double charge" />
        <button type="submit" class="primary">
          Search
        </button>
      </div>
      {asked.like !== undefined && (
        <p class="chips">
          <input type="hidden" name="like" value={asked.like} />
          <span class="chip">like a moment of another conversation</span>
          <button type="button" class="quiet small" onClick={() => onAsk({ ...asked, like: '' })}>
            Not like it
          </button>
        </p>
      )}
      <fieldset>
        <legend>Only</legend>
        {choice('emotion', 'Emotion', 'any', EMOTIONS)}
        {choice('minConfidence', 'At least so sure', 'as usual (0.5)', CONFIDENCES)}
        {text('intent', 'Intent', 'get_refund')}
        {choice('channel', 'Channel', 'any', CHANNELS)}
        {text('language', 'Language', 'en')}
        {text('team', 'Team')}
        {text('queue', 'Queue')}
        {text('agentId', 'Agent')}
        {text('customerId', 'Customer')}
        {time('from', 'Began at or after')}
        {time('to', 'Began before')}
      </fieldset>
    </form>
  );
}
