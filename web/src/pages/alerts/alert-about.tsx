import type { AlertView } from '@rapport-live/protocol';
import { hashOf } from '../../router/hash-route';
import { clockOf } from '../../words/durations';
import { CHANNEL_WORDS, nameOf, PARTY_WORDS } from '../wall/session-words';
import { EvidenceView } from './evidence-view';

interface AlertAboutProps {
  readonly alert: AlertView;
}

/** Where the conversation of an alert is, at this moment of it. */
const momentHash = ({ sessionId }: AlertView, atMs: number): string =>
  hashOf('/sessions/:id', { id: sessionId }, { at: String(atMs) });

/** Whose conversation it is: who handles it, with whom, and where it belongs. Names are absent for who sees none. */
export function AlertWhose({ alert }: AlertAboutProps) {
  const { customerId, channel, team, queue } = alert;
  const name = nameOf(alert);
  const where = [channel && CHANNEL_WORDS[channel], team, queue].filter((part) => part !== undefined);
  return (
    <p class="whose">
      <strong>
        <bdi>{name}</bdi>
      </strong>
      {customerId !== undefined && customerId !== name && (
        <span>
          {' with '}
          <bdi>{customerId}</bdi>
        </span>
      )}
      {where.length > 0 && (
        <span class="muted">
          {' · '}
          <bdi>{where.join(' · ')}</bdi>
        </span>
      )}
    </p>
  );
}

/** Why it was raised: each condition with its value, and the words that it was raised over. */
export function AlertWhy({ alert }: AlertAboutProps) {
  const { evidence, words } = alert;
  return (
    <>
      {evidence.length > 0 && (
        <ul role="list" class="evidence" aria-label="What speaks for it">
          {evidence.map((one, i) => (
            <EvidenceView key={i} evidence={one} />
          ))}
        </ul>
      )}
      {words !== undefined && (
        <p class="over">
          <a href={momentHash(alert, words.startMs)} class="figures">
            {clockOf(words.startMs)}
          </a>{' '}
          <span class="muted">{PARTY_WORDS[words.party]}:</span> <q dir="auto">{words.text}</q>
        </p>
      )}
    </>
  );
}

/** Opens the conversation at the second from which on it was so. */
export const OpenAlert = ({ alert }: AlertAboutProps) => (
  <a class="button" href={momentHash(alert, alert.onsetWindowEndMs)}>
    Open at {clockOf(alert.onsetWindowEndMs)}
    <span class="unseen"> of the conversation of {nameOf(alert)}</span>
  </a>
);
