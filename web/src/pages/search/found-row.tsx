import type { SearchHit, SessionListed } from '@rapport-live/protocol';
import { hashOf } from '../../router/hash-route';
import { clockOf } from '../../words/durations';
import { percentOf } from '../../words/percent';
import { spaced } from '../../words/names';
import { PARTY_NAMES } from '../conversation/words';

/** A moment: its words or what was read there, and the way to it. */
export function HitRow({ hit }: { readonly hit: SearchHit }) {
  const { atMs, party, text, emotion, confidence, session } = hit;
  const href = hashOf('/sessions/:id', { id: session.sessionId }, { at: String(Math.round(atMs)) });
  const felt =
    emotion === undefined || confidence === undefined ? undefined : `${emotion}, ${percentOf(confidence)} sure`;
  return (
    <li class="panel">
      <a href={href} class="hit">
        <span class="figures">{clockOf(atMs)}</span>{' '}
        {text === undefined ? (felt ?? 'a moment') : <q dir="auto">{text}</q>}
      </a>
      <p class="muted">
        {[
          ...(party === undefined ? [] : [PARTY_NAMES[party]]),
          ...(text === undefined || felt === undefined ? [] : [felt]),
        ].join(' · ')}{' '}
        <a class="small" href={hashOf('/search', {}, { like: `${session.sessionId}@${Math.round(atMs)}` })}>
          More like this
        </a>
      </p>
      <SessionFacts session={session} />
    </li>
  );
}

export function SessionRow({ session }: { readonly session: SessionListed }) {
  const { sessionId, startedAt, peaks, intents } = session;
  return (
    <li class="panel">
      <a href={hashOf('/sessions/:id', { id: sessionId })} class="hit">
        {new Date(startedAt).toLocaleString()}
      </a>
      <SessionFacts session={session} />
      {(peaks.length > 0 || intents.length > 0) && (
        <ul class="chips" role="list">
          {peaks.map(({ emotion, confidence, atMs }) => (
            <li key={emotion}>
              <a class="chip" href={hashOf('/sessions/:id', { id: sessionId }, { at: String(atMs) })}>
                {emotion} {percentOf(confidence)} at {clockOf(atMs)}
              </a>
            </li>
          ))}
          {intents.map(({ name, score, atMs }) => (
            <li key={name}>
              <a class="chip" href={hashOf('/sessions/:id', { id: sessionId }, { at: String(atMs) })}>
                {spaced(name)} {percentOf(score)} at {clockOf(atMs)}
              </a>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function SessionFacts({ session }: { readonly session: SessionListed }) {
  const { startedAt, durationMs, endedAt, customerId, agentId, team, queue, channel, language } = session;
  const facts = [
    new Date(startedAt).toLocaleString(),
    endedAt === undefined ? 'goes on' : durationMs === undefined ? undefined : clockOf(durationMs),
    customerId && `customer ${customerId}`,
    agentId && `agent ${agentId}`,
    team && `team ${team}`,
    queue && `queue ${queue}`,
    ...[channel, language],
  ].filter((fact): fact is string => fact !== undefined && fact !== '');
  return (
    <p class="muted small">
      <bdi>{facts.join(' · ')}</bdi>
    </p>
  );
}
