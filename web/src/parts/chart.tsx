import { useEffect, useRef } from 'preact/hooks';
import './chart.css';
import { uPlot } from './uplot';

export interface ChartSeries {
  readonly label: string;
  /** A custom property of the theme, as `--voice`. */
  readonly colour: string;
  /** One a point of time; null: not known. */
  readonly values: readonly (number | null)[];
  /** As it is read at the axis and the cursor. */
  readonly text: (value: number) => string;
}

interface ChartProps {
  /** For those who do not see it: what it shows, and what is to be seen in it. */
  readonly label: string;
  /** Rising. */
  readonly times: readonly number[];
  readonly timeText: (time: number) => string;
  readonly series: readonly ChartSeries[];
  /** Of the values. Default: as they are, from 0 on. */
  readonly range?: readonly [number, number];
  /** px. Default 160. */
  readonly height?: number;
  /** Called with the time that was clicked. */
  readonly onPick?: (time: number) => void;
}

/** Lines over time. */
export function Chart({ label, times, timeText, series, range, height = 160, onPick }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const pick = useRef(onPick);
  pick.current = onPick;
  const shape = JSON.stringify([series.map(({ label: name, colour }) => [name, colour]), range, height]);

  useEffect(() => {
    const within = place.current!;
    const make = (): void => {
      plot.current?.destroy();
      const options = optionsOf(within, { times, timeText, series, range, height }, (time) => pick.current?.(time));
      plot.current = new uPlot(options, dataOf(times, series), within);
    };
    make();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: within.clientWidth, height }));
    resized.observe(within);
    // the canvas has the colours of when it was drawn
    const themed = new MutationObserver(make);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', make);
    return () => {
      resized.disconnect();
      themed.disconnect();
      system.removeEventListener('change', make);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(dataOf(times, series)), [times, series]);

  return <div ref={place} class="chart" role="img" aria-label={label} style={{ minHeight: `${height}px` }} />;
}

type Drawn = Required<Pick<ChartProps, 'times' | 'timeText' | 'series' | 'height'>> & Pick<ChartProps, 'range'>;

function optionsOf(
  within: HTMLElement,
  { timeText, series, range, height }: Drawn,
  onPick: (time: number) => void,
): uPlot.Options {
  const style = getComputedStyle(within);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  return {
    ...{ width: Math.max(1, within.clientWidth), height, legend: { live: true } },
    scales: {
      x: { time: false },
      y: { range: range === undefined ? (_, _min, max) => [0, Math.max(1, max)] : [range[0], range[1]] },
    },
    axes: [
      { ...axis, values: (_, at) => at.map(timeText) },
      { ...axis, size: 64, values: (_, at) => at.map((value) => series[0]?.text(value) ?? String(value)) },
    ],
    series: [
      { label: 'Time', value: (_, time) => (time === null ? '' : timeText(time)) },
      ...series.map((one) => ({
        ...{ label: one.label, stroke: colour(one.colour), width: 2, spanGaps: false },
        value: (_: uPlot, value: number | null) => (value === null ? '' : one.text(value)),
      })),
    ],
    hooks: {
      ready: [
        (made) =>
          made.over.addEventListener('click', () => {
            const at = made.cursor.idx;
            if (at !== null && at !== undefined) onPick(made.data[0][at]!);
          }),
      ],
    },
  };
}

const dataOf = (times: readonly number[], series: readonly ChartSeries[]): uPlot.AlignedData => [
  [...times],
  ...series.map(({ values }) => [...values]),
];
