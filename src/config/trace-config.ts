import { RapportError } from '@rapport-live/protocol';
import type { Environment } from './settings';
import type { SAMPLERS } from './trace-settings';

/** How spans are sampled, kept and exported by OTLP over HTTP. */
export interface TraceConfig {
  readonly url: string;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly headers: Readonly<Record<string, string>>;
  /** Of one export with its repeats, ms. */
  readonly timeoutMs: number;
  readonly sampler: (typeof SAMPLERS)[number];
  /** In [0, 1], for samplers by ratio. */
  readonly sampledShare: number;
  /** Of the service, as resource attributes. */
  readonly resource: Readonly<Record<string, string>>;
  /** Spans that wait or are on their way; more are dropped. */
  readonly maxQueuedSpans: number;
  readonly maxBatchSpans: number;
  readonly batchDelayMs: number;
  readonly exportTimeoutMs: number;
}

/** Undefined: no spans are made. Throws RapportError `config_invalid`. */
export function traceConfig(e: Environment): TraceConfig | undefined {
  const url = e.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? underBase(e.OTEL_EXPORTER_OTLP_ENDPOINT);
  if (url === undefined || e.OTEL_SDK_DISABLED === 'true' || e.OTEL_TRACES_EXPORTER === 'none') return undefined;
  const resource = pairsOf(e, 'OTEL_RESOURCE_ATTRIBUTES');
  return {
    url,
    protocol: e.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? e.OTEL_EXPORTER_OTLP_PROTOCOL,
    headers: { ...pairsOf(e, 'OTEL_EXPORTER_OTLP_HEADERS'), ...pairsOf(e, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS') },
    timeoutMs: e.OTEL_EXPORTER_OTLP_TIMEOUT,
    sampler: e.OTEL_TRACES_SAMPLER,
    sampledShare: e.OTEL_TRACES_SAMPLER_ARG,
    resource: { ...resource, 'service.name': e.OTEL_SERVICE_NAME ?? resource['service.name'] ?? 'rapport' },
    maxQueuedSpans: e.OTEL_BSP_MAX_QUEUE_SIZE,
    maxBatchSpans: Math.min(e.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, e.OTEL_BSP_MAX_QUEUE_SIZE),
    batchDelayMs: e.OTEL_BSP_SCHEDULE_DELAY,
    exportTimeoutMs: e.OTEL_BSP_EXPORT_TIMEOUT,
  };
}

function underBase(base: string | undefined): string | undefined {
  return base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/traces`;
}

type PairSetting = 'OTEL_EXPORTER_OTLP_HEADERS' | 'OTEL_EXPORTER_OTLP_TRACES_HEADERS' | 'OTEL_RESOURCE_ATTRIBUTES';

/** W3C Baggage without properties, as OpenTelemetry writes such lists. The fault names no value: it may be a key. */
function pairsOf(e: Environment, name: PairSetting): Record<string, string> {
  const entries = e[name]
    .split(',')
    .filter((pair) => pair.trim() !== '')
    .map((pair, at) => {
      const [, key, value] = /^\s*([^=\s]+)\s*=(.*)$/.exec(pair) ?? [];
      const decoded = value === undefined ? undefined : percentDecoded(value.trim());
      if (key === undefined || decoded === undefined) {
        throw new RapportError('config_invalid', `${name}: entry ${at + 1} needs the form NAME=VALUE.`);
      }
      return [key, decoded] as const;
    });
  return Object.fromEntries(entries);
}

function percentDecoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
