import type { Conversation, Participant } from '../fold/conversation';
import { clockOf } from '../../../words/durations';
import { PARTY_NAMES } from '../words';
import { figureRows } from './figure-rows';

const STANDINGS: Readonly<Record<Participant['standing'], string>> = {
  there: '',
  on_hold: ', on hold',
  left: ', left',
};

/** How the conversation goes, and who takes part. */
export function AboutPanel({ conversation }: { readonly conversation: Conversation }) {
  const { figures, participants, holds, started } = conversation;
  const rows = figures === undefined ? [] : figureRows(figures);
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
    </>
  );
}
