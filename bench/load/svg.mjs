// Line charts as plain SVG, without a library.

const [WIDTH, HEIGHT] = [720, 420];
const MARGIN = { left: 64, right: 170, top: 44, bottom: 52 };
const COLORS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#8c564b', '#17becf', '#7f7f7f'];
/** By the log of the latency: 100 ms and 10 s are both to be read. */
const LATENCY_TICKS_MS = [50, 100, 200, 300, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000];

const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const text = (x, y, content, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escape(content)}</text>`;

/**
 * @param series {name, points: [x, latencyMs], dash?}; `xTicks` [[place, label]] and points have x from 0 to 1
 * @param limitMs a line across, named
 */
export function latencyChart({ title, xLabel, xTicks, series, limitMs }) {
  const values = valuesOf(series);
  const low = LATENCY_TICKS_MS.findLast((tick) => tick <= Math.min(...values, limitMs)) ?? LATENCY_TICKS_MS[0];
  const high = LATENCY_TICKS_MS.find((tick) => tick >= Math.max(...values, limitMs)) ?? LATENCY_TICKS_MS.at(-1);
  const place = (ms) => Math.log(Math.min(Math.max(ms, low), high) / low) / Math.log(high / low);
  const yTicks = LATENCY_TICKS_MS.filter((ms) => ms >= low && ms <= high).map((ms) => [
    place(ms),
    ms < 1000 ? `${ms} ms` : `${ms / 1000} s`,
  ]);
  return draw({ title, xLabel, xTicks, yTicks, series, place, limit: limitMs });
}

/** From 0 upwards, in one unit. `series`, `xTicks` as above. */
export function lineChart({ title, xLabel, xTicks, series, unitName }) {
  const greatest = Math.max(...valuesOf(series), Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(greatest));
  const step = [0.2, 0.5, 1, 2].map((part) => part * power).find((size) => greatest / size <= 6);
  const steps = Math.ceil(greatest / step);
  const place = (value) => value / (steps * step);
  const yTicks = Array.from({ length: steps + 1 }, (_, i) => [
    i / steps,
    `${Number((i * step).toPrecision(3))} ${unitName}`,
  ]);
  return draw({ title, xLabel, xTicks, yTicks, series, place });
}

const valuesOf = (series) => series.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);

/** `place` gives a value its height from 0 to 1; `limit` is a value with a line across. */
function draw({ title, xLabel, xTicks, yTicks, series, place, limit }) {
  const [inWidth, inHeight] = [WIDTH - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom];
  const xOf = (share) => MARGIN.left + share * inWidth;
  const heightOf = (share) => MARGIN.top + inHeight * (1 - share);
  const yOf = (value) => heightOf(place(value));
  const [right, bottom] = [xOf(1), heightOf(0)];
  const line = (x1, y1, x2, y2, style) =>
    `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" ${style}/>`;
  const parts = [
    text(MARGIN.left, 24, title, 'font-size="15" font-weight="bold"'),
    ...yTicks.flatMap(([share, label]) => [
      line(xOf(0), heightOf(share), right, heightOf(share), 'stroke="#ddd"'),
      text(xOf(0) - 8, heightOf(share) + 4, label, 'text-anchor="end"'),
    ]),
    ...xTicks.flatMap(([share, label]) => [
      line(xOf(share), bottom, xOf(share), bottom + 5, 'stroke="#333"'),
      text(xOf(share), bottom + 19, label, 'text-anchor="middle"'),
    ]),
    line(xOf(0), bottom, right, bottom, 'stroke="#333"'),
    ...(limit === undefined
      ? []
      : [line(xOf(0), yOf(limit), right, yOf(limit), 'stroke="#333" stroke-dasharray="2 3"')]),
    text(xOf(0.5), HEIGHT - 12, xLabel, 'text-anchor="middle"'),
    ...series.flatMap(({ name, points, dash, color }, at) => {
      const paint = COLORS[(color ?? at) % COLORS.length];
      const dashes = dash ? ` stroke-dasharray="${dash}"` : '';
      const path = points.map(([x, value]) => `${xOf(x).toFixed(1)},${yOf(value).toFixed(1)}`).join(' ');
      const keyY = MARGIN.top + 8 + at * 18;
      return [
        `<polyline points="${path}" fill="none" stroke="${paint}" stroke-width="2"${dashes}/>`,
        ...(points.length > 40
          ? []
          : points.map(
              ([x, value]) => `<circle cx="${xOf(x).toFixed(1)}" cy="${yOf(value).toFixed(1)}" r="3" fill="${paint}"/>`,
            )),
        line(right + 12, keyY, right + 34, keyY, `stroke="${paint}" stroke-width="2"${dashes}`),
        text(right + 40, keyY + 4, name),
      ];
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${parts.join('\n')}
</svg>
`;
}

/** Latency against live conversations: `groups` [{name, runs}], each with its p50, p95 and p99. */
export function byConversations(title, groups, limitMs) {
  const counts = [...new Set(groups.flatMap(({ runs }) => runs.map(({ sessions }) => sessions)))].sort((a, b) => a - b);
  const most = counts.at(-1);
  const dashes = { p50: '2 3', p95: undefined, p99: '7 4' };
  return latencyChart({
    title,
    limitMs,
    xLabel: 'live conversations',
    xTicks: counts.map((count) => [count / most, count]),
    series: groups.flatMap(({ name, runs }, color) =>
      Object.entries(dashes).map(([share, dash]) => ({
        ...{ name: `${name} ${share}`, dash, color },
        points: [...runs]
          .sort((a, b) => a.sessions - b.sessions)
          .map((run) => [run.sessions / most, run.assessments[share]]),
      })),
    ),
  });
}

/** Latency by percentile, each further nine as wide as the one before. `runs` have `values` in order. */
export function distribution(title, runs, limitMs) {
  const NINES = 3;
  const places = Array.from({ length: 121 }, (_, i) => i / 120);
  const shareAt = (x) => 1 - 10 ** (-x * NINES);
  return latencyChart({
    title,
    limitMs,
    xLabel: 'percentile',
    xTicks: [0, 0.5, 0.9, 0.95, 0.99, 0.999].map((share) => [-Math.log10(1 - share) / NINES, `${share * 100}`]),
    series: runs.map(({ name, values }) => ({
      name,
      points:
        values.length === 0
          ? []
          : places.map((x) => [
              x,
              values[Math.min(values.length - 1, Math.max(0, Math.ceil(shareAt(x) * values.length) - 1))],
            ]),
    })),
  });
}
