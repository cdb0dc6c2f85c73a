import type { Call } from './call';
import { figuresOf, intentsOf } from './figures';
import { evidence, glance } from './glance';
import { html, Markup } from '../../html/html';
import { STYLE } from './style';
import { timeline } from './timeline';
import { stretches, transcript } from './transcript';
import { clock, PARTY_NAMES } from './words';

export interface ReportLabels {
  /** Of the recording. */
  readonly name: string;
  readonly remarks: readonly string[];
}

/** Nothing is loaded and nothing runs, even if something unforeseen came in as markup. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** One call as one page that needs nothing else: it can be mailed, printed and opened from a disk. */
export function reportPage(call: Call, { name, remarks }: ReportLabels): string {
  const figures = figuresOf(call);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${name} · Rapport</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <p class="brand">Rapport · call report</p>
          <h1>${name}</h1>
          <p>${about(call)}</p>
          <p class="caveat">
            <strong>Read with care.</strong> The emotion models learned from acted speech, not from real calls: how well
            they read real callers is not measured. Each label comes with how sure the models are of it; hatched parts
            are too unsure to act on. The agent is transcribed and never assessed.
          </p>
          ${remarks.map((remark) => html`<p class="caveat">${remark}</p>`)}
        </header>
        <main>
          ${glance(call, figures)} ${timeline(call, figures, intentsOf(call))}
          <div class="columns">
            ${transcript(call)}
            <div>${evidence(call, figures)} ${stretches(call)} ${models(call)}</div>
          </div>
        </main>
      </body>
    </html>`;
  return `${page.text.trim()}\n`;
}

function about({ started, ended, updates, durationMs }: Call): string {
  const streams = started?.streams.map(({ kind, party }) => `${kind} of ${PARTY_NAMES[party].toLowerCase()}`) ?? [];
  const day = started === undefined ? [] : [`analyzed ${started.startedAt.slice(0, 16).replace('T', ' ')} UTC`];
  const told = updates.find(({ kind }) => kind === 'language')?.detail['language'];
  const tag = ended?.language ?? started?.session.language ?? told;
  const language = tag === undefined ? [] : [tag === 'und' ? 'language not told' : `language ${tag}`];
  return [clock(durationMs), ...streams, ...language, ...day].join(' · ');
}

function models({ started }: Call): Markup {
  return html`<section class="card" aria-labelledby="models">
    <h2 id="models">Models</h2>
    <ul class="models">
      ${started?.models.map(({ name, version }) => html`<li>${name} <span class="note">${version}</span></li>`)}
    </ul>
    <p class="note">Their origin, licences and figures stand in the cards in the folder models.</p>
  </section>`;
}
