import { z } from 'zod';
import { choice, integer, optional, type Setting } from './setting';

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const url = z.preprocess(optional, z.url({ protocol: /^https?$/ }).optional());
const pairs = z.string().default('');
const NAMES = '`NAME=VALUE,...`';

/** The standard variables of OpenTelemetry for traces, with its defaults; docs/operations.md shows them. */
export const TRACE_SETTINGS = {
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: url,
    shownDefault: '',
    purpose: 'URL of a collector, to which `/v1/traces` is added; empty: no spans are made',
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: { schema: url, shownDefault: '', purpose: 'instead: the whole URL' },
  OTEL_EXPORTER_OTLP_PROTOCOL: {
    schema: choice(PROTOCOLS, 'http/protobuf'),
    shownDefault: 'http/protobuf',
    purpose: 'or http/json',
  },
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: {
    schema: z.preprocess(optional, z.enum(PROTOCOLS).optional()),
    shownDefault: '',
    purpose: 'instead, for traces alone',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    schema: pairs,
    shownDefault: '',
    purpose: `${NAMES} sent with each export, values percent-encoded`,
    secret: 'NAME=VALUE',
  },
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: {
    schema: pairs,
    shownDefault: '',
    purpose: 'more of them, for traces alone',
    secret: 'NAME=VALUE',
  },
  OTEL_EXPORTER_OTLP_TIMEOUT: {
    schema: integer(1, 600_000, 10_000),
    shownDefault: '10000',
    purpose: 'of one export with its repeats, ms',
  },
  OTEL_TRACES_EXPORTER: {
    schema: z.preprocess(optional, z.enum(['otlp', 'none']).default('otlp')),
    shownDefault: 'otlp',
    purpose: 'or none: no spans are made',
  },
  OTEL_SDK_DISABLED: {
    schema: z.preprocess(optional, z.enum(['true', 'false']).default('false')),
    shownDefault: 'false',
    purpose: 'true: no spans are made',
  },
  OTEL_TRACES_SAMPLER: {
    schema: choice(SAMPLERS, 'parentbased_always_on'),
    shownDefault: 'parentbased_always_on',
    purpose: `which sessions are recorded: ${SAMPLERS.join(', ')}`,
  },
  OTEL_TRACES_SAMPLER_ARG: {
    schema: z.preprocess(optional, z.coerce.number().min(0).max(1).default(1)),
    shownDefault: '1',
    purpose: 'share of the sessions, for the two with traceidratio',
  },
  OTEL_SERVICE_NAME: {
    schema: z.preprocess(optional, z.string().optional()),
    shownDefault: '',
    purpose: '`service.name` of the spans; else that of the next, else rapport',
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    schema: pairs,
    shownDefault: '',
    purpose: `${NAMES} told with every span, values percent-encoded`,
  },
  OTEL_BSP_MAX_QUEUE_SIZE: {
    schema: integer(1, 1_000_000, 2048),
    shownDefault: '2048',
    purpose: 'spans that wait for export; more are dropped and counted',
  },
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: {
    schema: integer(1, 100_000, 512),
    shownDefault: '512',
    purpose: 'spans of one export',
  },
  OTEL_BSP_SCHEDULE_DELAY: {
    schema: integer(1, 600_000, 5000),
    shownDefault: '5000',
    purpose: 'between two exports, ms',
  },
  OTEL_BSP_EXPORT_TIMEOUT: {
    schema: integer(1, 600_000, 30_000),
    shownDefault: '30000',
    purpose: 'after which the next export does not wait for this one, ms',
  },
} as const satisfies Record<string, Setting>;
