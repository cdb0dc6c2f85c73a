import { uPlot } from '../../../parts/uplot';
import { loneValues } from '../fold/series';
import { clockOf } from '../../../words/durations';
import type { Span } from '../fold/conversation';

/** A line of a plot. */
export interface PlotLine {
  readonly name: string;
  /** Variable of the theme. */
  readonly colour: string;
  /** On and off, px: lines are told apart without colour too. */
  readonly dash?: readonly number[];
}

export interface PlotOptions {
  readonly lines: readonly PlotLine[];
  readonly heightPx: number;
  readonly range: readonly [number, number];
  /** `columns`: each second is a column in which the lines' values stand on each other. */
  readonly shape: 'lines' | 'columns';
  readonly isLast: boolean;
  readonly syncKey: string;
  readonly axisText: (value: number) => string;
  /** A second was chosen with the pointer, ms. */
  readonly onMoment: (atMs: number) => void;
}

export interface PlotContent {
  /** Seconds, then the values of each line. */
  readonly data: readonly (readonly (number | null)[])[];
  readonly durationMs: number;
  readonly atMs: number;
  readonly holds: readonly Span[];
}

/** Seconds between the marks of the time axis. */
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
/** A conversation that has just begun is not stretched over the whole width. */
const LEAST_WIDTH_S = 30;

/** One plot of the timeline. */
export class Plot {
  private readonly plot: uPlot;
  private readonly watching: ResizeObserver;
  private content: PlotContent = { data: [], durationMs: 0, atMs: 0, holds: [] };

  constructor(
    private readonly host: HTMLElement,
    private readonly options: PlotOptions,
  ) {
    this.plot = new uPlot(this.uplotOptions(), this.data(), host);
    this.plot.over.addEventListener('click', () => {
      const { left } = this.plot.cursor;
      if (left !== undefined && left !== null && left >= 0) {
        this.options.onMoment(Math.round(Math.max(0, this.plot.posToVal(left, 'x')) * 1000));
      }
    });
    this.watching = new ResizeObserver(() => this.resize());
    this.watching.observe(host);
  }

  show(content: PlotContent): void {
    const isMoved = content.data === this.content.data && content.durationMs === this.content.durationMs;
    this.content = content;
    if (isMoved) this.plot.redraw(false);
    else this.plot.setData(this.data());
  }

  /** The theme is another: colours are read anew. */
  repaint(): void {
    this.plot.redraw(false);
  }

  destroy(): void {
    this.watching.disconnect();
    this.plot.destroy();
  }

  private data(): uPlot.AlignedData {
    const { lines } = this.options;
    const { data } = this.content;
    return (data.length > lines.length ? data : [[], ...lines.map(() => [])]) as unknown as uPlot.AlignedData;
  }

  private resize(): void {
    const width = Math.floor(this.host.clientWidth);
    if (width > 0 && width !== this.plot.width) this.plot.setSize({ width, height: this.options.heightPx });
  }

  private uplotOptions(): uPlot.Options {
    const { lines, heightPx, range, shape, isLast, syncKey, axisText } = this.options;
    const muted = (): string => this.colour('--muted');
    const faint = (): string => this.colour('--line');
    const axis = { stroke: muted, grid: { stroke: faint, width: 1 }, ticks: { show: false } };
    return {
      width: Math.max(1, Math.floor(this.host.clientWidth)),
      height: heightPx,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false, sync: { key: syncKey }, points: { show: shape === 'lines' } },
      scales: {
        x: { time: false, range: () => [0, Math.max(LEAST_WIDTH_S, this.content.durationMs / 1000)] },
        y: { range: () => [range[0], range[1]] },
      },
      axes: [
        {
          ...axis,
          incrs: STEPS_S,
          space: 56,
          size: isLast ? 28 : 6,
          values: (_, at) => at.map((second) => (isLast ? clockOf(second * 1000) : '')),
        },
        { ...axis, size: 52, space: 28, values: (_, at) => at.map(axisText) },
      ],
      series: [
        {},
        ...lines.map(({ colour, dash }): uPlot.Series => ({
          stroke: () => this.colour(colour),
          width: 2,
          spanGaps: false,
          ...(dash === undefined ? {} : { dash: [...dash] }),
          ...(shape === 'columns' ? { paths: () => null, points: { show: false } } : {}),
          ...(shape === 'lines'
            ? { points: { show: true, size: 4, filter: (u, index) => loneValues([...(u.data[index] ?? [])]) } }
            : {}),
        })),
      ],
      hooks: {
        drawAxes: [
          (u) => {
            this.drawHolds(u);
            if (shape === 'columns') this.drawColumns(u);
          },
        ],
        draw: [(u) => this.drawMoment(u)],
      },
    };
  }

  /** At most one column a pixel, however long the conversation. */
  private drawColumns(u: uPlot): void {
    const { data } = this.content;
    const [times = []] = data;
    const colours = this.options.lines.map(({ colour }) => this.colour(colour));
    const widthPx = Math.max(1, u.valToPos(1, 'x', true) - u.valToPos(0, 'x', true));
    let drawnToPx = -Infinity;
    u.ctx.save();
    for (const [i, second] of times.entries()) {
      const leftPx = u.valToPos((second ?? 0) - 1, 'x', true);
      if (data[1]?.[i] === null || leftPx + widthPx <= drawnToPx + 0.5) continue;
      drawnToPx = leftPx + widthPx;
      let below = 0;
      for (const [line, colour] of colours.entries()) {
        const value = data[line + 1]?.[i] ?? 0;
        const [top, bottom] = [u.valToPos(below + value, 'y', true), u.valToPos(below, 'y', true)];
        u.ctx.fillStyle = colour;
        // a hair wider, so that no ground shines through between two seconds
        u.ctx.fillRect(leftPx, top, widthPx + 0.5, bottom - top);
        below += value;
      }
    }
    u.ctx.restore();
  }

  private drawHolds(u: uPlot): void {
    u.ctx.save();
    u.ctx.fillStyle = this.colour('--sunken');
    for (const { startMs, endMs } of this.content.holds) {
      const left = u.valToPos(startMs / 1000, 'x', true);
      u.ctx.fillRect(left, u.bbox.top, u.valToPos(endMs / 1000, 'x', true) - left, u.bbox.height);
    }
    u.ctx.restore();
  }

  private drawMoment(u: uPlot): void {
    const x = Math.round(u.valToPos(this.content.atMs / 1000, 'x', true));
    u.ctx.save();
    u.ctx.fillStyle = this.colour('--text');
    u.ctx.fillRect(x - devicePixelRatio, u.bbox.top, 2 * devicePixelRatio, u.bbox.height);
    u.ctx.restore();
  }

  private colour(name: string): string {
    return getComputedStyle(this.host).getPropertyValue(name).trim() || 'gray';
  }
}
