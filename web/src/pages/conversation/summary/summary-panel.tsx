import type { SessionSummary } from '@rapport-live/protocol';
import type { ComponentChildren } from 'preact';
import { Trouble } from '../../../parts/trouble';
import { clockOf } from '../../../words/durations';
import { EMOTION_WORDS } from '../../../words/emotions';
import { spaced } from '../../../words/names';
import { percentOf } from '../../../words/percent';
import { SEVERITY_WORDS } from '../../wall/session-words';
import { EMOTIONS } from '../vocabulary';
import { CLEAR_REASONS, plural, signed } from '../words';
import { evidenceWords } from './evidence-words';
import { journeyRuns } from './journey-runs';
import './summary.css';
import { useSummary } from './use-summary';

interface SummaryPanelProps {
  readonly sessionId: string;
  readonly isOver: boolean;
  readonly onMoment: (atMs: number) => void;
}

/** What became of a conversation that is over: each thing leads to its second. */
export function SummaryPanel({ sessionId, isOver, onMoment }: SummaryPanelProps) {
  const { summary, error, again } = useSummary(sessionId, isOver);
  if (!isOver) return null;
  return (
    <section class="panel summary" aria-labelledby="in-short">
      <h2 id="in-short">In short</h2>
      {error !== undefined && <Trouble error={error} onAgain={again} />}
      {summary === undefined ? (
        error === undefined && <p class="muted">Asking for the summary.</p>
      ) : (
        <>
          <p class="muted">{evidenceWords(summary).join(' ')}</p>
          <Journey summary={summary} onMoment={onMoment} />
          <div class="summary-parts">
            <Peaks summary={summary} onMoment={onMoment} />
            <Intents summary={summary} onMoment={onMoment} />
            <Alerts summary={summary} onMoment={onMoment} />
          </div>
        </>
      )}
    </section>
  );
}

interface PartProps extends Pick<SummaryPanelProps, 'onMoment'> {
  readonly summary: SessionSummary;
}

/** The way through the emotions, each stretch as wide as it lasted, and what it goes by. */
function Journey({ summary: { journey, emotion }, onMoment }: PartProps) {
  if (journey.length === 0) return null;
  const most = EMOTIONS.filter((name) => (emotion?.[name] ?? 0) >= 0.1).sort((a, b) => emotion![b] - emotion![a]);
  return (
    <div>
      <ol class="journey" role="list" aria-label="Emotion of the customer, from the beginning to the end">
        {journeyRuns(journey).map(({ label, startMs, endMs, windows, valence }) => (
          <li key={startMs} data-emotion={label} style={{ flexGrow: Math.max(1, endMs - startMs) }}>
            <button
              type="button"
              class="quiet"
              title={`${EMOTION_WORDS[label]} from ${clockOf(startMs)} to ${clockOf(endMs)}`}
              onClick={() => onMoment(startMs)}
            >
              <span class="journey-mark" />
              <strong>{EMOTION_WORDS[label]}</strong>{' '}
              <span class="muted figures">
                {clockOf(startMs)} to {clockOf(endMs)}, {plural(windows, 'sure second')}, valence {signed(valence)}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {most.length > 0 && (
        <p class="muted small">
          On the whole, by probability: {most.map((name) => `${name} ${percentOf(emotion![name])}`).join(', ')}.
        </p>
      )}
    </div>
  );
}

function Peaks({ summary: { peaks }, onMoment }: PartProps) {
  return (
    <Part title="Peaks" none="No emotion stood out." count={peaks.length}>
      {[...peaks]
        .sort((a, b) => b.value - a.value)
        .map(({ label, value, windowEndMs }) => (
          <li key={label} data-emotion={label}>
            <Moment atMs={windowEndMs} onMoment={onMoment} />
            <span class="summary-mark" />
            <span class="figures">
              {EMOTION_WORDS[label]} {percentOf(value)}
            </span>
          </li>
        ))}
    </Part>
  );
}

function Intents({ summary: { intents }, onMoment }: PartProps) {
  return (
    <Part title="What the customer wanted" none="No intent was clear." count={intents.length}>
      {intents.map(({ name, score, texts, firstMs }) => (
        <li key={name}>
          <Moment atMs={firstMs} onMoment={onMoment} />
          <span class="figures">
            {spaced(name)} {percentOf(score)}
            {texts > 1 && <span class="muted">, {plural(texts, 'time')}</span>}
          </span>
        </li>
      ))}
    </Part>
  );
}

function Alerts({ summary: { alerts, alertCount }, onMoment }: PartProps) {
  return (
    <Part title="Alerts" none="None was raised." count={alerts.length}>
      {alerts.map(({ ruleId, name, severity, onsetWindowEndMs, clearedMs, clearReason }) => (
        <li key={`${ruleId} ${onsetWindowEndMs}`}>
          <Moment atMs={onsetWindowEndMs} onMoment={onMoment} />
          <strong class={`badge ${severity}`}>{SEVERITY_WORDS[severity]}</strong>
          <span>
            <bdi>{name ?? ruleId}</bdi>
            {clearReason !== undefined && (
              <span class="muted">
                , {CLEAR_REASONS[clearReason]}
                {clearedMs !== undefined && ` at ${clockOf(clearedMs)}`}
              </span>
            )}
          </span>
        </li>
      ))}
      {alertCount > alerts.length && <li class="muted">and {alertCount - alerts.length} more</li>}
    </Part>
  );
}

interface ListProps {
  readonly title: string;
  readonly none: string;
  readonly count: number;
  readonly children: ComponentChildren;
}

const Part = ({ title, none, count, children }: ListProps) => (
  <div>
    <h3>{title}</h3>
    {count === 0 ? (
      <p class="muted">{none}</p>
    ) : (
      <ul role="list" class="summary-list">
        {children}
      </ul>
    )}
  </div>
);

const Moment = ({ atMs, onMoment }: { readonly atMs: number } & Pick<SummaryPanelProps, 'onMoment'>) => (
  <button
    type="button"
    class="quiet time figures small"
    aria-label={`Go to ${clockOf(atMs)}`}
    onClick={() => onMoment(atMs)}
  >
    {clockOf(atMs)}
  </button>
);
