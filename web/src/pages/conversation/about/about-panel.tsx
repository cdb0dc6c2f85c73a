import type { Conversation, Participant } from '../fold/conversation';
import { clockOf } from '../../../words/durations';
import { PARTY_NAMES } from '../words';
import { figureRows } from './figure-rows';

const STANDINGS: Readonly<Record<Participant['standing'], string>> = {
  there: '',
  on_hold: ', on hold',
  left: ', left',
};

/** How the conversation goes, who takes part, and what can be taken along. */
export function AboutPanel({
  sessionId,
  conversation,
}: {
  readonly sessionId: string;
  readonly conversation: Conversation;
}) {
  const { figures, participants, holds, started } = conversation;
  const rows = figures === undefined ? [] : figureRows(figures);
  const path = `/v1/sessions/${encodeURIComponent(sessionId)}/export`;
  return (
    <>
      <section class="panel" aria-labelledby="figures-of-it">
        <h2 id="figures-of-it">How it goes</h2>
        {rows.length === 0 ? (
          <p class="muted">No figures yet.</p>
        ) : (
          <dl class="facts figures">
            {rows.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </section>
      <section class="panel" aria-labelledby="who-takes-part">
        <h2 id="who-takes-part">Who takes part</h2>
        <ul role="list">
          {participants.map(({ party, id, standing }) => (
            <li key={`${party}/${id ?? ''}`}>
              {PARTY_NAMES[party]}
              {id !== undefined && (
                <>
                  {' '}
                  <bdi>{id}</bdi>
                </>
              )}
              <span class="muted">{STANDINGS[standing]}</span>
            </li>
          ))}
        </ul>
        {holds.length > 0 && (
          <p class="muted figures">
            On hold: {holds.map(({ startMs, endMs }) => `${clockOf(startMs)} to ${clockOf(endMs)}`).join(', ')}
          </p>
        )}
        {started?.agentEmotion === false && <p class="muted">The agent is transcribed and never assessed.</p>}
      </section>
      <section class="panel" aria-labelledby="take-along">
        <h2 id="take-along">Export</h2>
        <ul role="list" class="exports">
          {FORMATS.map(([format, name]) => (
            <li key={format}>
              <a href={`${path}?format=${format}`} download>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

const FORMATS = [
  ['json', 'All results (JSON)'],
  ['vtt', 'Transcript (WebVTT)'],
  ['emotionml', 'Emotions (EmotionML)'],
] as const;
