import { type Emotion, MODALITIES, type Modality } from '@rapport-live/protocol';
import type { Call } from './call';
import type { Figures, intentsOf, Span } from './figures';
import { bandPath, fadePath, FIELD, linePath, samplesOf, spansOf, STACK, ticks } from './geometry';
import { html, type Markup } from '../../html/html';
import { clock, percent, PARTY_NAMES, plural, spaced } from './words';

/** Intents that get a lane of their own. */
const MAX_LANES = 6;

const MODALITY_NAMES: Readonly<Record<Modality, string>> = { voice: 'voice', face: 'face', text: 'words' };

/** The call as one picture: who spoke, what was felt, how pleasant and how excited, what it rests on, what was wanted. */
export function timeline(call: Call, figures: Figures, intents: ReturnType<typeof intentsOf>): Markup {
  const { durationMs, windows } = call;
  const runs = samplesOf(windows);
  const unsure = spansOf(windows, (window) => window.abstained !== undefined);
  // The strongest ones, in the order in which they were heard first.
  const lanes = intents.slice(0, MAX_LANES).sort((a, b) => a.heard[0]!.atMs - b.heard[0]!.atMs);
  const felt = figures.felt.map(({ emotion, share }) => `${emotion} ${percent(share)}`).join(', ');
  const alternative =
    runs.length === 0
      ? 'No emotion was assessed.'
      : `Probability of the seven emotions over ${clock(durationMs)}. Of the seconds assessed: ${felt || 'none sure'}. ${plural(figures.sure.length, 'second')} sure, ${windows.length - figures.sure.length} unsure.`;
  return html`<section class="card" aria-labelledby="timeline">
    <h2 id="timeline">The call over time</h2>
    <ul class="legend">
      ${STACK.map((name) => html`<li><i class="dot ${name}"></i>${name}</li>`)}
      <li><i class="dot unsure"></i>unsure: not to be acted on</li>
    </ul>
    <div class="chart">
      ${speechRows(call)} ${holdRow(call)}
      <div class="row tall">
        <div class="name">emotion</div>
        <div class="plot">
          ${picture(
            alternative,
            runs.flatMap((run) => STACK.map((name) => shape(bandPath(run, name, durationMs), `fill-${name}`))),
          )}
          ${unsure.map((span) => block(span, durationMs, 'hatch'))}
        </div>
      </div>
      <div class="row middle">
        <div class="name">
          <span class="line-valence">pleasant</span><br />
          <span class="line-arousal">excited</span>
        </div>
        <div class="plot zero">
          ${picture(`Valence and arousal, from -1 at the bottom to 1 at the top. ${hardestOf(figures)}`, [
            ...runs.map((run) =>
              shape(
                linePath(run, (s) => s.valence, durationMs),
                'stroke-valence',
              ),
            ),
            ...runs.map((run) =>
              shape(
                linePath(run, (s) => s.arousal, durationMs),
                'stroke-arousal',
              ),
            ),
          ])}
        </div>
      </div>
      ${MODALITIES.map((name) => {
        const spans = spansOf(windows, ({ modalities }) => modalities[name].present);
        return strip(`from ${MODALITY_NAMES[name]}`, `there in ${figures.present[name]} of ${windows.length} windows`, [
          spans.map((span) => block(span, durationMs, 'there')),
        ]);
      })}
      ${lanes.map(
        ({ name, heard }) =>
          html`<div class="row lane">
            <div class="name">${spaced(name)}</div>
            <div class="plot">
              ${picture(`The customer wanted: ${spaced(name)}, at ${heard.map(({ atMs }) => clock(atMs)).join(', ')}`, [
                shape(fadePath(heard, durationMs), 'fill-intent'),
              ])}
            </div>
          </div>`,
      )}
      <div class="row axis" aria-hidden="true">
        <div class="name"></div>
        <div class="plot">
          ${ticks(durationMs).map((ms) => html`<span class="${ms > 0.95 * durationMs && 'edge'}" style="left:${place(ms, durationMs)}%">${clock(ms)}</span>`)}
        </div>
      </div>
    </div>
    <p class="note">
      Height in the emotion picture is probability. Pleasant and excited (valence and arousal) run from -1 to 1; they
      are derived from the emotions. An intent fades over 60 s after it was heard.
    </p>
  </section>`;
}

/** A bar an utterance and a dot a message, one row a party. */
function speechRows({ finals, durationMs }: Call): Markup[] {
  const parties = (['customer', 'agent', 'mixed'] as const).filter((name) =>
    finals.some(({ party }) => party === name),
  );
  return parties.map((name) => {
    const own = finals.filter(({ party }) => party === name);
    const said = own.filter(({ source }) => source === 'voice');
    const written = own.filter(({ source }) => source === 'chat');
    const label = `${plural(said.length, 'utterance')}, ${plural(written.length, 'message')}`;
    return strip(PARTY_NAMES[name].toLowerCase(), label, [
      said.map((span) => block(span, durationMs, `talk ${name}`)),
      written.map(({ startMs }) => html`<i class="message ${name}" style="left:${place(startMs, durationMs)}%"></i>`),
    ]);
  });
}

/** Nothing is heard in a hold: what is missing above is no silence. */
function holdRow({ holds, durationMs }: Call): Markup | false {
  if (holds.length === 0) return false;
  const times = holds.map(({ startMs, endMs }) => `${clock(startMs)} to ${clock(endMs)}`).join(', ');
  return strip('on hold', times, [holds.map((span) => block(span, durationMs, 'held'))]);
}

function strip(name: string, alternative: string, content: readonly Markup[][]): Markup {
  return html`<div class="row strip">
    <div class="name">${name}</div>
    <div class="plot" role="img" aria-label="${name}: ${alternative}">${content}</div>
  </div>`;
}

function picture(alternative: string, shapes: readonly Markup[]): Markup {
  return html`<svg viewBox="0 0 ${FIELD.width} ${FIELD.height}" preserveAspectRatio="none" role="img">
    <title>${alternative}</title>
    ${shapes}
  </svg>`;
}

const shape = (d: string, kind: string): Markup => html`<path class="${kind}" d="${d}" />`;

function block({ startMs, endMs }: Span, durationMs: number, kind: string): Markup {
  const width = Math.max(0.15, (100 * (endMs - startMs)) / durationMs);
  return html`<i class="${kind}" style="left:${place(startMs, durationMs)}%;width:${width.toFixed(2)}%"></i>`;
}

const place = (ms: number, durationMs: number): string => Math.min(100, (100 * ms) / durationMs).toFixed(2);

function hardestOf({ hardest }: Figures): string {
  if (hardest === undefined) return '';
  return `Least pleasant at ${clock(hardest.windowEndMs)}: ${hardest.label satisfies Emotion}, ${percent(hardest.confidence)} sure.`;
}
