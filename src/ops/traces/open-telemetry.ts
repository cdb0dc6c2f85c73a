import { ROOT_CONTEXT, type SpanContext, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TraceConfig } from '../../config/trace-config';
import type { TraceContext } from '../../facts/trace-context';
import { FLUSH_TIMEOUT_MS, type SpanCounts, type SpanExport } from './span-export';
import type { OpenSpan, SpanSpec } from './span-recorder';

const SCOPE = 'rapport';
/** `ExportResultCode.SUCCESS` of @opentelemetry/core. */
const EXPORTED = 0;

/** Spans by OpenTelemetry's own means: sampled, batched, exported by OTLP over HTTP. */
export function openTelemetry(config: TraceConfig): SpanExport {
  const bounded = new BoundedSpans(config);
  const provider = new TracerProvider({
    resource: resourceFromAttributes(config.resource),
    sampler: samplerOf(config),
    spanProcessors: [bounded],
  });
  const tracer = provider.getTracer(SCOPE);
  return {
    counts: bounded.counts,
    start: ({ name, startMs, parent, isRemoteParent, isServer, attributes }: SpanSpec): OpenSpan => {
      const context =
        parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContext(parent, isRemoteParent));
      const kind = isServer === true ? SpanKind.SERVER : SpanKind.INTERNAL;
      const span = tracer.startSpan(name, { kind, startTime: startMs, attributes: { ...attributes } }, context);
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        context: { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 },
        set: (more) => void span.setAttributes({ ...more }),
        event: (event, atMs) => void span.addEvent(event, atMs),
        end: (endMs, errorCode) => {
          if (errorCode !== undefined) {
            span.setAttribute('error.type', errorCode).setStatus({ code: SpanStatusCode.ERROR });
          }
          span.end(endMs);
        },
      };
    },
    shutdown: async () => {
      let timer: NodeJS.Timeout | undefined;
      const bound = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_TIMEOUT_MS)));
      // A collector that is away is counted where it is told; it is no fault of ours.
      await Promise.race([provider.shutdown().catch(() => undefined), bound]);
      clearTimeout(timer);
      return bounded.held;
    },
  };
}

function spanContext({ traceId, spanId, sampled }: TraceContext, isRemote = false): SpanContext {
  return { traceId, spanId, isRemote, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE };
}

function samplerOf({ sampler, sampledShare }: TraceConfig): Sampler {
  const roots: Record<string, () => Sampler> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(sampledShare),
  };
  const [, parentBased, name] = /^(parentbased_)?(.*)$/.exec(sampler)!;
  const root = roots[name!]!();
  return parentBased === undefined ? root : new ParentBasedSampler({ root });
}

/**
 * The library's batches behind a bound that counts. Its own bound drops without telling anybody in a way that could be
 * read off, and leaves out what is on its way.
 */
class BoundedSpans implements SpanProcessor {
  /** Spans that wait or are on their way. */
  held = 0;
  readonly counts: { -readonly [O in keyof SpanCounts]: number } = { exported: 0, queue_full: 0, export_failed: 0 };
  private readonly batches: BatchSpanProcessor;
  private readonly maxQueuedSpans: number;

  constructor(config: TraceConfig) {
    const { url, headers, timeoutMs, protocol } = config;
    this.maxQueuedSpans = config.maxQueuedSpans;
    const Exporter = protocol === 'http/json' ? JsonExporter : ProtobufExporter;
    this.batches = new BatchSpanProcessor({
      exporter: this.counted(new Exporter({ url, headers: { ...headers }, timeoutMillis: timeoutMs })),
      maxQueueSize: config.maxQueuedSpans,
      maxExportBatchSize: config.maxBatchSpans,
      scheduledDelayMillis: config.batchDelayMs,
      exportTimeoutMillis: config.exportTimeoutMs,
    });
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.held >= this.maxQueuedSpans) {
      this.counts.queue_full += 1;
      return;
    }
    this.held += 1;
    this.batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.batches.shutdown();
  }

  private counted(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          this.held -= spans.length;
          this.counts[result.code === EXPORTED ? 'exported' : 'export_failed'] += spans.length;
          done(result);
        }),
      shutdown: () => exporter.shutdown(),
    };
  }
}
