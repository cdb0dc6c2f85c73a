import type { TranscriptFinalData } from '@rapport-live/protocol';
import type { Call } from './call';
import { type Figures, intentsOf } from './figures';
import { html, type Markup } from '../../html/html';
import { ABSTENTIONS, clock, percent, plural, seconds, spaced } from './words';

/** Intents that the cards list. */
const MAX_INTENTS = 4;
const MAX_EMOTIONS = 4;

/** What a person wants to know first: felt, hardest moment, wanted, who spoke. */
export function glance(call: Call, figures: Figures): Markup {
  return html`<section class="cards" aria-label="At a glance">
    ${feltCard(call, figures)} ${hardestCard(call, figures)} ${wantedCard(call)} ${talkCard(call, figures)}
  </section>`;
}

function feltCard({ windows }: Call, { felt, sure }: Figures): Markup {
  const body =
    felt.length === 0
      ? html`<p class="big">Nothing sure</p>
          <p class="note">${windows.length === 0 ? 'No window was assessed.' : 'Every window was left open.'}</p>`
      : html`<p class="big"><i class="dot ${felt[0]!.emotion}"></i>${felt[0]!.emotion}</p>
          <div class="bar">
            ${felt.map(
              ({ emotion, share }) =>
                html`<i
                  class="${emotion}"
                  style="width:${(100 * share).toFixed(1)}%"
                  title="${emotion} ${percent(share)}"
                ></i>`,
            )}
          </div>
          <ul>
            ${felt.slice(0, MAX_EMOTIONS).map(
              ({ emotion, share, confidence }) =>
                html`<li>
                  <i class="dot ${emotion}"></i>${emotion} ${percent(share)}
                  <span class="note">${percent(confidence)} sure</span>
                </li>`,
            )}
          </ul>
          <p class="note">
            Shares of the ${plural(sure.length, 'second')} that could be told; with each, how sure on average.
          </p>`;
  return html`<div class="card">
    <h2>Customer felt</h2>
    ${body}
  </div>`;
}

function hardestCard({ finals }: Call, { hardest }: Figures): Markup {
  if (hardest === undefined) {
    return html`<div class="card">
      <h2>Hardest moment</h2>
      <p class="big">None</p>
      <p class="note">No sure second was clearly unpleasant.</p>
    </div>`;
  }
  const said = nearest(finals, hardest.windowEndMs);
  return html`<div class="card">
    <h2>Hardest moment</h2>
    <p class="big">${clock(hardest.windowEndMs)}</p>
    <p>
      <i class="dot ${hardest.label}"></i>${hardest.label}, ${percent(hardest.confidence)} sure
      <span class="note">valence ${(hardest.valence ?? 0).toFixed(2)}</span>
    </p>
    ${said !== undefined && html`<blockquote>${said.text}</blockquote>`}
  </div>`;
}

/** What the customer said last within 10 s before a time. */
function nearest(finals: readonly TranscriptFinalData[], ms: number): TranscriptFinalData | undefined {
  return finals.filter((f) => f.party === 'customer' && f.startMs < ms && f.endMs > ms - 10_000).pop();
}

function wantedCard(call: Call): Markup {
  const intents = intentsOf(call);
  const body =
    intents.length === 0
      ? html`<p class="big">Nothing known</p>
          <p class="note">No utterance or message fits a known intent.</p>`
      : html`<p class="big">${spaced(intents[0]!.name)}</p>
          <ul>
            ${intents.slice(0, MAX_INTENTS).map(
              ({ name, score, heard }) =>
                html`<li>
                  ${spaced(name)}
                  <span class="note"
                    >${percent(score)} sure, at ${heard.map(({ atMs }) => clock(atMs)).join(', ')}</span
                  >
                </li>`,
            )}
          </ul>`;
  return html`<div class="card">
    <h2>Customer wanted</h2>
    ${body}
  </div>`;
}

function talkCard({ conversation, holds }: Call, { talkMs, silences, hasVoice }: Figures): Markup {
  if (!hasVoice)
    return html`<div class="card">
      <h2>Who spoke</h2>
      <p class="big">No voice</p>
    </div>`;
  const total = talkMs.customer + talkMs.agent + talkMs.mixed;
  const parties = (['customer', 'agent', 'mixed'] as const).filter((party) => talkMs[party] > 0);
  const longest = silences.reduce((most, s) => Math.max(most, s.endMs - s.startMs), 0);
  return html`<div class="card">
    <h2>Who spoke</h2>
    <p class="big">${seconds(total)} <span class="note">of speech</span></p>
    <div class="bar">
      ${parties.map(
        (party) => html`<i class="talk-${party}" style="width:${((100 * talkMs[party]) / total).toFixed(1)}%"></i>`,
      )}
    </div>
    <ul>
      ${parties.map(
        (party) =>
          html`<li>
            <i class="dot talk-${party}"></i>${party} ${percent(talkMs[party] / total)}
            <span class="note">${[seconds(talkMs[party]), ...manner(conversation, party)].join(' · ')}</span>
          </li>`,
      )}
      <li>
        ${
          silences.length === 0
            ? 'no silence over 3 s'
            : `${plural(silences.length, 'silence')} over 3 s, the longest ${seconds(longest)}`
        }
      </li>
      ${
        conversation?.silenceShare !== undefined &&
        html`<li>
          nobody speaks in ${percent(conversation.silenceShare)} of the call${holds.length > 0 && ', holds left out'}
        </li>`
      }
      ${
        holds.length > 0 &&
        html`<li>
          ${plural(holds.length, 'hold')}, ${seconds(holds.reduce((sum, h) => sum + h.endMs - h.startMs, 0))}
        </li>`
      }
    </ul>
  </div>`;
}

/** How fast a party speaks and how often it interrupts, by the service's own figures. */
function manner(conversation: Call['conversation'], party: 'customer' | 'agent' | 'mixed'): string[] {
  const talk = party === 'mixed' ? undefined : conversation?.[party];
  return [
    ...(talk?.wordsPerMinute === undefined ? [] : [`${talk.wordsPerMinute} words a minute`]),
    ...(talk?.interruptions ? [`interrupted ${plural(talk.interruptions, 'time')}`] : []),
  ];
}

/** How far the report can be trusted: what it rests on and what is missing. */
export function evidence(call: Call, figures: Figures): Markup {
  const { windows, updates, ended } = call;
  const share = (count: number): string => (windows.length === 0 ? '' : `, ${percent(count / windows.length)}`);
  const unsure = Object.entries(figures.abstained);
  const gapMs = updates.filter(({ kind }) => kind === 'gap').reduce((sum, u) => sum + Number(u.detail.lostMs ?? 0), 0);
  const dropped = Object.entries(ended?.dropped ?? {});
  const row = (name: string, value: string, part = false): Markup =>
    html`<tr class="${part && 'part'}">
      <th scope="row">${name}</th>
      <td>${value}</td>
    </tr>`;
  return html`<section class="card" aria-labelledby="evidence">
    <h2 id="evidence">What it rests on</h2>
    <table>
      <tbody>
        ${row('Windows', `${windows.length}, one for each second with something new`)}
        ${row('with a voice', `${figures.present.voice}${share(figures.present.voice)}`, true)}
        ${row('with a face', `${figures.present.face}${share(figures.present.face)}`, true)}
        ${row('with words', `${figures.present.text}${share(figures.present.text)}`, true)}
        ${row('Left open', `${windows.length - figures.sure.length}${share(windows.length - figures.sure.length)}`)}
        ${unsure.map(([reason, count]) => row(ABSTENTIONS[reason] ?? spaced(reason), String(count), true))}
        ${figures.skippedWindows > 0 && row('Skipped by the service', String(figures.skippedWindows))}
        ${gapMs > 0 && row('Media missing', seconds(gapMs))}
        ${dropped.map(([reason, count]) => row(`Dropped: ${spaced(reason)}`, String(count)))}
        ${ended === undefined || ended.incomplete ? row('Complete', 'no: something was still open at the end') : row('Complete', 'yes')}
      </tbody>
    </table>
    ${
      figures.silences.length > 0 &&
      html`<h3>Silences over 3 s</h3>
        <p class="times">
          ${figures.silences.map(
            ({ startMs, endMs }) =>
              html`<span>${clock(startMs)} <span class="note">${seconds(endMs - startMs)}</span></span> `,
          )}
        </p>`
    }
  </section>`;
}
