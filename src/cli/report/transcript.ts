import type { TranscriptFinalData, WindowAssessedData } from '@rapport-live/protocol';
import type { Call } from './call';
import { isSure } from './figures';
import { html, type Markup } from '../../html/html';
import { clock, PARTY_NAMES, percent, plural, spaced } from './words';

/** The redactor's marks, as docs/protocol.md names them. */
const MASKED = /(\[[a-z]+\])/;

/** What was said and written, by time, with what the customer felt and wanted at it. */
export function transcript(call: Call): Markup {
  const masked = call.finals.reduce(
    (sum, { redactions }) => sum + Object.values(redactions).reduce((a, b) => a + b, 0),
    0,
  );
  return html`<section class="card" aria-labelledby="transcript">
    <h2 id="transcript">What was said</h2>
    ${masked > 0 && html`<p class="note">${plural(masked, 'piece')} of personal data masked before anything read it.</p>`}
    ${
      call.finals.length === 0
        ? html`<p>No words were heard or written.</p>`
        : html`<ol class="said">
            ${call.finals.map((final) => line(final, call.windows))}
          </ol>`
    }
  </section>`;
}

function line(final: TranscriptFinalData, windows: readonly WindowAssessedData[]): Markup {
  const { party, source, startMs, text, confidence, intents, outOfScope } = final;
  const felt = party === 'customer' ? feltAt(final, windows) : undefined;
  const best = outOfScope ? undefined : intents[0];
  return html`<li class="${party}">
    <time>${clock(startMs)}</time>
    <div>
      <p class="who">
        ${PARTY_NAMES[party]}${source === 'chat' && ' · chat'}
        ${confidence !== undefined && html`<span class="note">words ${percent(confidence)} sure</span>`}
      </p>
      <p>${words(text)}</p>
      ${
        (felt ?? best) !== undefined &&
        html`<p class="tags">
          ${
            felt !== undefined &&
            html`<span
              ><i class="dot ${felt.label}"></i>${felt.label}
              <span class="note">${percent(felt.confidence)}</span></span
            >`
          }
          ${
            best !== undefined &&
            html`<span class="intent">${spaced(best.name)} <span class="note">${percent(best.score)}</span></span>`
          }
        </p>`
      }
    </div>
  </li>`;
}

/** The assessment of the window in which it ended, when that may be acted on. */
function feltAt({ endMs }: TranscriptFinalData, windows: readonly WindowAssessedData[]) {
  const window = windows.find(({ windowEndMs }) => windowEndMs >= endMs);
  return window !== undefined && isSure(window) ? window : undefined;
}

/** Masked places stand out. */
function words(text: string): Markup[] {
  return text.split(MASKED).map((part) => (MASKED.test(part) ? html`<mark>${part}</mark>` : html`${part}`));
}

/** Stretches of one label, as a table: what the picture shows, in words. */
export function stretches({ windows }: Call): Markup {
  const runs: { fromMs: number; toMs: number; label: string; sum: number; count: number; open: boolean }[] = [];
  for (const window of windows) {
    const { windowEndMs, label = 'not assessed', confidence = 0, abstained } = window;
    const open = abstained !== undefined;
    const last = runs[runs.length - 1];
    const goesOn = last !== undefined && last.label === label && last.open === open && windowEndMs - last.toMs <= 1000;
    if (goesOn) Object.assign(last, { toMs: windowEndMs, sum: last.sum + confidence, count: last.count + 1 });
    else
      runs.push({ fromMs: Math.max(0, windowEndMs - 1000), toMs: windowEndMs, label, sum: confidence, count: 1, open });
  }
  return html`<details class="card">
    <summary>The emotions in words: ${plural(runs.length, 'stretch', 'stretches')}</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">from</th>
            <th scope="col">to</th>
            <th scope="col">emotion</th>
            <th scope="col">sure</th>
            <th scope="col"></th>
          </tr>
        </thead>
        <tbody>
          ${runs.map(
            ({ fromMs, toMs, label, sum, count, open }) =>
              html`<tr>
                <td>${clock(fromMs)}</td>
                <td>${clock(toMs)}</td>
                <td>${label}</td>
                <td>${percent(sum / count)}</td>
                <td>${open && 'unsure'}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
