import {
  collectDefaultMetrics,
  type Metric,
  type MetricObjectWithValues,
  type MetricValueWithName,
  Registry,
} from 'prom-client';
import { SHED_STEPS, type ShedStep } from '@rapport-live/protocol';
import type { Outbox } from '../delivery/outbox';
import { REFUSALS } from '../delivery/partition-producer';
import type { ResultSink } from '../delivery/result-sink';
import type { WebhookSender } from '../delivery/webhooks/webhook-sender';
import { DOORS } from '../facts/door-meter';
import { JOB_OUTCOMES, STAGES } from '../facts/meter';
import type { InferencePool } from '../inference/inference-pool';
import type { ResumableSessions } from '../gateway/resume/resumable-sessions';
import type { ConversationHost } from '../pipeline/conversation-host';
import type { ShedController } from '../pipeline/shedding/shed-controller';
import type { SessionClock } from '../streams/session-clock';
import { METRICS, type MetricSpec } from './metrics-table';
import type { ServiceMeter } from './service-meter';
import { SPAN_OUTCOMES, type SpanExport } from './traces/span-export';
import type { Buckets, Tally } from './tally';

export const PROMETHEUS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Where the figures lie. Nothing is kept here: each scrape reads them. */
export interface MetricSources {
  readonly meter: ServiceMeter;
  readonly host: Pick<ConversationHost, 'liveCount'>;
  readonly resumable: Pick<ResumableSessions, 'detachedCount' | 'unackedResults'>;
  readonly pool: Pick<InferencePool, 'liveWorkers' | 'queuedJobs' | 'queuedBytes' | 'quarantined'>;
  readonly clock: Pick<SessionClock, 'nowMs'>;
  readonly shedding: Pick<ShedController, 'steps' | 'taken' | 'pressure'>;
  readonly outbox: Pick<Outbox, 'status'>;
  /** Null without Kafka, whose metrics are then absent. */
  readonly sink: Pick<ResultSink, 'status'> | null;
  readonly webhooks: readonly Pick<WebhookSender, 'counts'>[];
  /** Null without export of spans. */
  readonly spans: Pick<SpanExport, 'counts'> | null;
}

type Values = (Omit<MetricValueWithName<string>, 'metricName'> & { metricName?: string })[];

/** The text of `/metrics` (Prometheus text format 0.0.4). */
export async function metricsText(sources: MetricSources): Promise<string> {
  const own = new Registry();
  for (const [spec, read] of readers(sources)) own.registerMetric(asMetric(spec, read));
  return `${await own.metrics()}\n${await processMetrics().metrics()}`;
}

function readers(sources: MetricSources): [MetricSpec, () => Values][] {
  const { meter, host, resumable, pool, sink, spans } = sources;
  const gauge = (value: () => number) => (): Values => [{ value: value(), labels: {} }];
  const tally = (label: string, counts: Tally, more = {}): Values =>
    counts.entries().map(([name, value]) => ({ value, labels: { [label]: name, ...more } }));
  const status = sink?.status();
  return [
    [METRICS.sessionsLive, gauge(() => host.liveCount)],
    [METRICS.sessions, () => tally('reason', meter.sessions)],
    [METRICS.sessionsDetached, gauge(() => resumable.detachedCount)],
    [METRICS.resumes, () => tally('outcome', meter.resumes)],
    [METRICS.resultsUnacked, gauge(() => resumable.unackedResults)],
    ...doorReaders(meter),
    [METRICS.mediaBytes, () => tally('kind', meter.mediaBytes)],
    [METRICS.framesDropped, () => tally('reason', meter.framesDropped)],
    [
      METRICS.stages,
      () => STAGES.flatMap((stage) => bucketValues(METRICS.stages, meter.stages[stage].read(), { stage })),
    ],
    [METRICS.latency, () => bucketValues(METRICS.latency, meter.latency.read(), {})],
    [METRICS.queueJobs, gauge(() => pool.queuedJobs ?? 0)],
    [METRICS.queueBytes, gauge(() => pool.queuedBytes ?? 0)],
    [METRICS.workers, gauge(() => pool.liveWorkers)],
    [METRICS.quarantined, gauge(() => pool.quarantined?.length ?? 0)],
    [METRICS.jobs, () => JOB_OUTCOMES.flatMap((outcome) => tally('kind', meter.jobs[outcome], { outcome }))],
    [METRICS.windows, () => tally('outcome', meter.windows)],
    ...shedReaders(sources),
    ...outboxReaders(sources),
    ...webhookReaders(sources),
    ...(spans === null ? [] : [[METRICS.spans, () => spanValues(spans.counts)] as [MetricSpec, () => Values]]),
    [METRICS.errors, () => tally('code', meter.errors)],
    ...(status === undefined
      ? []
      : ([
          [METRICS.kafkaLag, gauge(() => status.lagRecords)],
          [METRICS.kafkaOldest, gauge(() => status.oldestUnackedMs / 1000)],
          [
            METRICS.kafkaDeadLettered,
            () => REFUSALS.map((reason) => ({ value: status.deadLettered[reason], labels: { reason } })),
          ],
        ] as [MetricSpec, () => Values][])),
  ];
}

function doorReaders({ doors }: ServiceMeter): [MetricSpec, () => Values][] {
  const byDoor = (read: 'open' | 'entered' | 'frames' | 'bytes') => (): Values =>
    DOORS.map((door) => ({ value: doors[door].read()[read], labels: { door } }));
  // seven doors times all codes would be hundreds of zeros
  const refusals = (): Values =>
    DOORS.flatMap((door) =>
      doors[door].refusals
        .entries()
        .flatMap(([code, value]) => (value === 0 ? [] : [{ value, labels: { door, code } }])),
    );
  return [
    [METRICS.doorsOpen, byDoor('open')],
    [METRICS.doorsEntered, byDoor('entered')],
    [METRICS.doorRefusals, refusals],
    [METRICS.doorFrames, byDoor('frames')],
    [METRICS.doorBytes, byDoor('bytes')],
  ];
}

function outboxReaders({ outbox }: MetricSources): [MetricSpec, () => Values][] {
  const { logBytes, keptBytes, budgetBytes, pendingBytes, oldestPendingMs, trouble } = outbox.status();
  const gauge = (value: number) => (): Values => [{ value, labels: {} }];
  return [
    [METRICS.outboxPending, gauge(pendingBytes)],
    [METRICS.outboxOldestPending, gauge(oldestPendingMs / 1000)],
    [METRICS.outboxRefused, gauge(trouble === undefined ? 0 : 1)],
    [METRICS.outboxBytes, gauge(logBytes)],
    [METRICS.diskKept, gauge(keptBytes)],
    [METRICS.diskBudget, gauge(budgetBytes)],
  ];
}

/** Of all endpoints together: which one it is the log says. */
function webhookReaders({ webhooks }: MetricSources): [MetricSpec, () => Values][] {
  const sum = (what: keyof WebhookSender['counts']): number =>
    webhooks.reduce((all, { counts }) => all + counts[what], 0);
  return [
    [
      METRICS.webhookAttempts,
      () => (['taken', 'failed'] as const).map((outcome) => ({ value: sum(outcome), labels: { outcome } })),
    ],
    [METRICS.webhookDeadLetters, () => [{ value: sum('dead'), labels: {} }]],
  ];
}

function shedReaders({ shedding, clock }: MetricSources): [MetricSpec, () => Values][] {
  const nowMs = clock.nowMs();
  const inForce = shedding.steps(nowMs);
  const byStep = (value: (step: ShedStep, at: number) => number) => (): Values =>
    SHED_STEPS.map((step, at) => ({ value: value(step, at), labels: { step } }));
  return [
    [METRICS.lateness, () => [{ value: shedding.pressure(nowMs).latenessP95Ms / 1000, labels: {} }]],
    [METRICS.shedSteps, byStep((step) => (inForce.includes(step) ? 1 : 0))],
    [METRICS.shedTaken, byStep((_step, at) => shedding.taken[at] ?? 0)],
  ];
}

function spanValues(counts: SpanExport['counts']): Values {
  return SPAN_OUTCOMES.map((outcome) => ({ value: counts[outcome], labels: { outcome } }));
}

function bucketValues({ name }: MetricSpec, { cumulative, sumSeconds, count }: Buckets, labels: object): Values {
  return [
    ...cumulative.map(([bound, value]) => ({
      metricName: `${name}_bucket`,
      value,
      labels: { ...labels, le: bound === Infinity ? '+Inf' : bound },
    })),
    { metricName: `${name}_sum`, value: sumSeconds, labels: { ...labels } },
    { metricName: `${name}_count`, value: count, labels: { ...labels } },
  ];
}

/** What a Registry needs of a metric; prom-client's own ones would keep the figures a second time. */
function asMetric({ name, help, type }: MetricSpec, read: () => Values): Metric {
  const get = async (): Promise<MetricObjectWithValues<MetricValueWithName<string>>> =>
    ({ name, help, type, values: read(), aggregator: 'sum' }) as unknown as MetricObjectWithValues<
      MetricValueWithName<string>
    >;
  return { name, help, type, get } as unknown as Metric;
}

let processRegistry: Registry | undefined;

/** Memory, CPU, garbage collection and event-loop delay: of the process, so once for all services in it. */
function processMetrics(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}
