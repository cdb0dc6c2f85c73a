import type { HealthAnswer } from '@rapport-live/protocol';
import { useMemo } from 'preact/hooks';
import { Chart, type ChartSeries } from '../../parts/chart';
import { LineState } from '../../parts/line-state';
import { Meter } from '../../parts/meter';
import { bytesOf } from '../../words/bytes';
import { spokenDuration } from '../../words/durations';
import { spaced } from '../../words/names';
import './health-page.css';
import { type Look, useHealth } from './use-health';

/** How the service does, for people who are not at a console. */
export function HealthPage() {
  const { value, line, looks } = useHealth();
  return (
    <div class="health">
      <div class="page-head">
        <h1>Health</h1>
        {value !== undefined && (
          <p class="muted">
            Up {spokenDuration(Math.floor(value.uptimeS / 60) * 60_000)}, {bytesOf(value.memoryBytes)} of memory
          </p>
        )}
        <LineState line={line} />
      </div>
      {value !== undefined && (
        <>
          <div class="health-panels">
            <Sessions {...value} />
            <Latency {...value} />
            <Shedding {...value} />
            <Storage {...value} />
            <Kafka {...value} />
          </div>
          <History looks={looks} />
          <Models {...value} />
        </>
      )}
    </div>
  );
}

const Sessions = ({ sessions: { live, max } }: HealthAnswer) => (
  <section class="panel" aria-labelledby="health-sessions">
    <h2 id="health-sessions">Sessions</h2>
    <Meter label="Live" value={live} max={max} text={`${live} of ${max}`} />
  </section>
);

function Latency({ latency }: HealthAnswer) {
  const text = (ms: number | null): string =>
    latency.windows === 0 ? '–' : ms === null ? 'beyond all bounds' : `up to ${ms} ms`;
  return (
    <section class="panel" aria-labelledby="health-latency">
      <h2 id="health-latency">From a window’s end to its result</h2>
      <dl class="pairs figures">
        <dt>Half of all</dt>
        <dd>{text(latency.p50Ms)}</dd>
        <dt>95 of 100</dt>
        <dd>{text(latency.p95Ms)}</dd>
        <dt>99 of 100</dt>
        <dd>{text(latency.p99Ms)}</dd>
        <dt>Windows since the start</dt>
        <dd>{latency.windows}</dd>
      </dl>
    </section>
  );
}

const Shedding = ({ shedding }: HealthAnswer) => (
  <section class="panel" aria-labelledby="health-shedding">
    <h2 id="health-shedding">Shedding</h2>
    {shedding.length === 0 ? (
      <p>Nothing is given up.</p>
    ) : (
      <>
        <p class="degraded">Given up under pressure, first to last:</p>
        <ol>
          {shedding.map((step) => (
            <li key={step}>{spaced(step)}</li>
          ))}
        </ol>
      </>
    )}
  </section>
);

const Storage = ({ storage: { logBytes, budgetBytes, pendingBytes, trouble } }: HealthAnswer) => (
  <section class="panel" aria-labelledby="health-storage">
    <h2 id="health-storage">Storage</h2>
    <Meter
      label="Log"
      value={logBytes}
      max={budgetBytes}
      text={`${bytesOf(logBytes)}${budgetBytes > 0 ? ` of ${bytesOf(budgetBytes)}` : ''}`}
    />
    <p>{trouble ?? (pendingBytes > 0 ? `${bytesOf(pendingBytes)} on their way to the disk` : 'The disk takes all.')}</p>
  </section>
);

const Kafka = ({ kafka }: HealthAnswer) => (
  <section class="panel" aria-labelledby="health-kafka">
    <h2 id="health-kafka">Kafka</h2>
    {kafka === undefined ? (
      <p>None is configured: results stay in the local log.</p>
    ) : (
      <dl class="pairs figures">
        <dt>Records that wait</dt>
        <dd>{kafka.lagRecords}</dd>
        <dt>State</dt>
        <dd>{kafka.trouble ?? (kafka.isLate ? 'late' : 'keeps up')}</dd>
      </dl>
    )}
  </section>
);

const COUNT = (value: number): string => String(Math.round(value));

/** What this page saw since it was opened. */
function History({ looks }: { readonly looks: readonly Look[] }) {
  const times = useMemo(() => looks.map(({ atMs }) => atMs / 1000), [looks]);
  const series = useMemo((): ChartSeries[] => {
    const live = { label: 'Live sessions', colour: '--accent', text: COUNT };
    const lag = { label: 'Records that wait for Kafka', colour: '--warning', text: COUNT };
    const lags = looks.map(({ health }) => health.kafka?.lagRecords ?? null);
    return [
      { ...live, values: looks.map(({ health }) => health.sessions.live) },
      ...(lags.some((value) => value !== null) ? [{ ...lag, values: lags }] : []),
    ];
  }, [looks]);
  const newest = looks.at(-1)?.health.sessions.live ?? 0;
  return (
    <section class="panel" aria-labelledby="health-history">
      <h2 id="health-history">Since you opened this page</h2>
      <Chart
        label={`Live sessions over time, now ${newest}.`}
        times={times}
        timeText={(s) => new Date(s * 1000).toLocaleTimeString()}
        series={series}
      />
    </section>
  );
}

const Models = ({ models, workers }: HealthAnswer) => (
  <section class="panel wide" aria-labelledby="health-models">
    <h2 id="health-models">
      Models, in {workers} {workers === 1 ? 'worker' : 'workers'}
    </h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Version</th>
          <th scope="col">Runs on</th>
        </tr>
      </thead>
      <tbody>
        {models.map(({ name, version, provider }) => (
          <tr key={name}>
            <td>{name}</td>
            <td>{version}</td>
            <td>{provider}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);
