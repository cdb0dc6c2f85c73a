import type { LiveSession } from '@rapport-live/protocol';
import { Duration } from '../../parts/duration';
import { useNow } from '../../parts/use-now';
import { hashOf } from '../../router/hash-route';
import { spaced } from '../../words/names';
import { percentOf } from '../../words/percent';
import { degradedText, levelOf, nameOf, PARTY_WORDS, SEVERITY_WORDS, urgencyText } from './session-words';

type Part<K extends keyof LiveSession> = Pick<LiveSession, K>;

/** Opens the conversation. */
export const SessionName = ({ session }: { readonly session: LiveSession }) => (
  <a href={hashOf('/sessions/:id', { id: session.sessionId })}>
    <bdi>{nameOf(session)}</bdi>
  </a>
);

/** How long it has lasted, by the clock of this machine; of one that has ended by its media. */
export function Lasted({ status, startedAt, mediaMs }: Part<'status' | 'startedAt' | 'mediaMs'>) {
  const now = useNow();
  return <Duration ms={status === 'ended' ? mediaMs : Math.max(mediaMs, now - Date.parse(startedAt))} />;
}

export function Urgency({ urgency, reasons }: Part<'urgency' | 'reasons'>) {
  const text = urgencyText({ urgency, reasons });
  return (
    <span class="urgency figures" data-level={levelOf(urgency)} title={text}>
      <span aria-hidden="true">{urgency}</span>
      <span class="unseen">{text}</span>
    </span>
  );
}

export function Alerts({ alerts }: Part<'alerts'>) {
  if (alerts.length === 0) return null;
  return (
    <ul role="list" class="tags" aria-label="Open alerts">
      {alerts.map(({ id, name, severity }) => (
        <li key={id} class="tag alert" data-severity={severity}>
          <span class="severity">{SEVERITY_WORDS[severity]}</span> <bdi>{name}</bdi>
        </li>
      ))}
    </ul>
  );
}

export function Intents({ intents }: Part<'intents'>) {
  if (intents.length === 0) return <span class="muted">No intent yet</span>;
  return (
    <ul role="list" class="tags" aria-label="What the customer wants">
      {intents.map(({ name, score }) => (
        <li key={name} class="tag">
          <bdi>{spaced(name)}</bdi> <span class="muted figures">{percentOf(score)}</span>
        </li>
      ))}
    </ul>
  );
}

/** What was said stands there as text, whatever is in it. */
export function LastWords({ lastWords }: Part<'lastWords'>) {
  if (lastWords === undefined) return <p class="words muted">Nothing said yet</p>;
  return (
    <p class="words" data-end-ms={lastWords.endMs}>
      <span class="muted">{PARTY_WORDS[lastWords.party]}:</span> <q dir="auto">{`\u201c${lastWords.text}\u201d`}</q>
    </p>
  );
}

export function Degraded({ degraded }: Part<'degraded'>) {
  if (degraded.length === 0) return null;
  return <p class="degraded">Degraded: {degradedText(degraded)}</p>;
}
