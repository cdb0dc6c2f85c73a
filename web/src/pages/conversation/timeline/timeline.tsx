import { useId, useMemo, useRef } from 'preact/hooks';
import type { Conversation } from '../fold/conversation';
import { momentAfterKey, windowAt } from '../fold/moment';
import { pictureText, readingText } from '../fold/moment-text';
import { seriesOf } from '../fold/series';
import { COLOUR_OF, EMOTIONS, MODALITIES, STACK } from '../vocabulary';
import { clockOf } from '../../../words/durations';
import { percentOf } from '../../../words/percent';
import { signed } from '../words';
import { Legend } from './legend';
import type { PlotLine, PlotOptions } from './plot';
import { PlotView } from './plot-view';

const DASHES = [undefined, [6, 4], [2, 3]] as const;
const lineOf = (name: keyof typeof COLOUR_OF, i: number): PlotLine => {
  const dash = DASHES[i];
  return { name, colour: COLOUR_OF[name], ...(dash === undefined ? {} : { dash }) };
};
const FELT: readonly PlotLine[] = STACK.map((name) => ({ name, colour: COLOUR_OF[name] }));
const MOOD: readonly PlotLine[] = [
  { name: 'valence', colour: '--accent' },
  { name: 'arousal', colour: '--warning', dash: [6, 4] },
];
const PARTS: readonly PlotLine[] = MODALITIES.map(lineOf);

interface TimelineProps {
  readonly conversation: Conversation;
  readonly atMs: number;
  readonly onMoment: (atMs: number) => void;
  /** Into the transcript, at the moment. */
  readonly onEnter: () => void;
}

/** The picture of a conversation. It is a slider over its seconds: each says in words what the picture shows there. */
export function Timeline({ conversation, atMs, onMoment, onEnter }: TimelineProps) {
  const { windows, lines, holds, durationMs } = conversation;
  const id = useId();
  const move = useRef(onMoment);
  move.current = onMoment;
  const series = useMemo(() => seriesOf(windows, EMOTIONS, MODALITIES), [windows]);
  const data = useMemo(
    () => ({
      felt: [series.atS, ...STACK.map((name) => series.emotion[name])],
      mood: [series.atS, series.valence, series.arousal],
      parts: [series.atS, ...MODALITIES.map((name) => series.contribution[name])],
    }),
    [series],
  );
  const content = useMemo(
    () => ({
      felt: { data: data.felt, durationMs, atMs, holds },
      mood: { data: data.mood, durationMs, atMs, holds },
      parts: { data: data.parts, durationMs, atMs, holds },
    }),
    [data, durationMs, atMs, holds],
  );
  const options = useMemo((): Record<keyof typeof content, PlotOptions> => {
    const common = { syncKey: id, onMoment: (ms: number) => move.current(ms), isLast: false };
    return {
      felt: { ...common, lines: FELT, shape: 'columns', heightPx: 150, range: [0, 1], axisText: percentOf },
      mood: { ...common, lines: MOOD, shape: 'lines', heightPx: 110, range: [-1, 1], axisText: signed },
      parts: { ...common, lines: PARTS, shape: 'lines', heightPx: 130, range: [-1, 1], axisText: signed, isLast: true },
    };
  }, []);
  const picture = useMemo(() => pictureText(windows, lines), [windows, lines]);
  const reading = `${clockOf(atMs)}: ${readingText(windowAt(windows, atMs))}`;

  function keyed(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = momentAfterKey(event.key, atMs, durationMs);
    if (to !== undefined) onMoment(to);
    else if (event.key === 'Enter') onEnter();
    else return;
    event.preventDefault();
  }

  return (
    <>
      <p class="unseen" id={`${id}-picture`}>
        {picture}
      </p>
      <div
        class="timeline"
        role="slider"
        tabIndex={0}
        aria-label="Moment of the conversation"
        aria-valuemin={0}
        aria-valuemax={Math.round(durationMs / 1000)}
        aria-valuenow={Math.round(Math.min(atMs, durationMs) / 1000)}
        aria-valuetext={reading}
        aria-describedby={`${id}-picture`}
        onKeyDown={keyed}
      >
        <Legend title="Emotion of the customer, probability" lines={FELT} shape="columns" />
        <PlotView options={options.felt} content={content.felt} />
        <Legend title="Valence and arousal, derived from it" lines={MOOD} shape="lines" />
        <PlotView options={options.mood} content={content.mood} />
        <Legend title="What spoke for it, and how much" lines={PARTS} shape="lines" />
        <PlotView options={options.parts} content={content.parts} />
        {holds.length > 0 && <p class="muted small">Shaded: somebody is on hold.</p>}
      </div>
    </>
  );
}
