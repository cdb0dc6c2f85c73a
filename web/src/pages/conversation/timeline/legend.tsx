import type { PlotLine } from './plot';

interface LegendProps {
  readonly title: string;
  readonly lines: readonly PlotLine[];
  readonly shape: 'lines' | 'columns';
}

/** What a plot shows, and its lines by colour and by dashes. */
export function Legend({ title, lines, shape }: LegendProps) {
  return (
    <div class="legend">
      <span class="legend-title">{title}</span>
      {lines.map(({ name, colour, dash }) => (
        <span key={name} class="legend-line">
          <svg width="22" height="12" aria-hidden="true" focusable="false">
            {shape === 'columns' ? (
              <rect width="12" height="12" x="5" rx="2" style={{ fill: `var(${colour})` }} />
            ) : (
              <line
                x1="0"
                x2="22"
                y1="6"
                y2="6"
                style={{ stroke: `var(${colour})` }}
                stroke-width="2.5"
                stroke-dasharray={dash?.join(' ')}
              />
            )}
          </svg>
          {name}
        </span>
      ))}
    </div>
  );
}
