import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCESS_SETTINGS } from './access-settings';
import { describeSettings, readConfig } from './config';
import { DOOR_SETTINGS } from './door-settings';
import { ALERT_SETTINGS } from './alert-settings';
import { EVENT_SETTINGS } from './event-settings';
import { HISTORY_SETTINGS } from './history-settings';
import { KAFKA_SETTINGS } from './kafka-settings';
import { type Setting, SETTINGS } from './settings';
import { STORAGE_SETTINGS } from './storage-settings';
import { TRACE_SETTINGS } from './trace-settings';

const README = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const OPERATIONS = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
const ALERTS = readFileSync(join(__dirname, '../../docs/alerts.md'), 'utf8');
const HISTORY = readFileSync(join(__dirname, '../../docs/history.md'), 'utf8');
const EVENTS = readFileSync(join(__dirname, '../../docs/events.md'), 'utf8');
const SECURITY = readFileSync(join(__dirname, '../../docs/security.md'), 'utf8');
const DOORS = readFileSync(join(__dirname, '../../docs/doors.md'), 'utf8');
const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

describe("the README's table of settings", () => {
  it('is the one that the settings are read by', () => {
    const [, section = ''] = /## Settings\n([\s\S]*?)\n## /.exec(README) ?? [];
    const rows = section.split('\n').filter((line) => line.startsWith('|'));
    const said = Object.entries<Setting>(SETTINGS).map(([name, { shownDefault, purpose }]) => [
      `\`${name}\``,
      shownDefault,
      purpose,
    ]);
    expect(rows.slice(2).map(cells)).toEqual(said);
  });
});

describe("docs/security.md's table of settings", () => {
  it('is the one that the settings are read by', () => {
    const rows = SECURITY.split('\n').filter((line) => /^\| `RAPPORT_\w+` /.test(line));
    const said = Object.entries<Setting>(ACCESS_SETTINGS).map(([name, { shownDefault, purpose }]) => [
      `\`${name}\``,
      shownDefault,
      purpose,
    ]);
    expect(rows.map(cells)).toEqual(said);
  });
});

describe("docs/doors.md's table of settings", () => {
  it('is the one that the settings are read by', () => {
    const rows = DOORS.split('\n').filter((line) => /^\| `RAPPORT_\w+` /.test(line));
    const said = Object.entries<Setting>(DOOR_SETTINGS).map(([name, { shownDefault, purpose }]) => [
      `\`${name}\``,
      shownDefault,
      purpose,
    ]);
    expect(rows.map(cells)).toEqual(said);
  });
});

describe("docs/operations.md's table of Kafka's settings", () => {
  it('is the one that the settings are read by', () => {
    const rows = OPERATIONS.split('\n').filter((line) => line.startsWith('| `KAFKA_'));
    const said = Object.entries<Setting>(KAFKA_SETTINGS).map(([name, { shownDefault, purpose }]) => [
      `\`${name}\``,
      shownDefault,
      purpose,
    ]);
    expect(rows.map(cells)).toEqual(said);
  });
});

describe("docs/operations.md's table of what is kept", () => {
  it('is the one that the settings are read by', () => {
    const names = Object.keys(STORAGE_SETTINGS);
    const rows = OPERATIONS.split('\n').filter((line) => names.some((name) => line.startsWith(`| \`${name}\` `)));
    const said = Object.entries<Setting>(STORAGE_SETTINGS).map(([name, { shownDefault, purpose }]) => [
      `\`${name}\``,
      shownDefault,
      purpose,
    ]);
    expect(rows.map(cells)).toEqual(said);
  });
});

it('the settings of alerts stand in docs/alerts.md as they are read', () => {
  const rows = ALERTS.split('\n').filter((line) => line.startsWith('| `RAPPORT_'));
  const said = Object.entries<Setting>(ALERT_SETTINGS).map(([name, { shownDefault, purpose }]) => [
    `\`${name}\``,
    shownDefault,
    purpose,
  ]);
  expect(rows.map(cells)).toEqual(said);
});

describe("docs/history.md's table of settings", () => {
  it('is the one that the settings are read by', () => {
    const rows = HISTORY.split('\n').filter((line) => line.startsWith('| `RAPPORT_HISTORY'));
    const said = Object.entries<Setting>(HISTORY_SETTINGS).map(([name, { shownDefault, purpose }]) => [
      `\`${name}\``,
      shownDefault,
      purpose,
    ]);
    expect(rows.map(cells)).toEqual(said);
  });
});

describe('the settings of events in Kafka', () => {
  it('stand in docs/events.md as they are read', () => {
    const rows = EVENTS.split('\n').filter((line) => line.startsWith('| `KAFKA_'));
    const said = Object.entries<Setting>(EVENT_SETTINGS).map(([name, { shownDefault, purpose }]) => [
      `\`${name}\``,
      shownDefault,
      purpose,
    ]);
    expect(rows.map(cells)).toEqual(said);
  });

  const avro = { KAFKA_EVENT_DATA: 'avro', KAFKA_SCHEMA_REGISTRY_URL: 'http://registry:8081' };
  it('are JSON in binary mode, or structured, or Avro with a registry', () => {
    expect(readConfig({}).kafkaEvents).toEqual({ mode: 'binary', data: 'json' });
    expect(readConfig({ KAFKA_EVENT_MODE: 'structured' }).kafkaEvents).toEqual({ mode: 'structured', data: 'json' });
    expect(readConfig({ ...avro, KAFKA_SCHEMA_REGISTRY_AUTH: 'me:s3cret' }).kafkaEvents).toEqual({
      mode: 'binary',
      data: 'avro',
      registry: { url: 'http://registry:8081', userInfo: 'me:s3cret' },
    });
  });

  it.each([
    [{ KAFKA_EVENT_DATA: 'avro' }, 'KAFKA_SCHEMA_REGISTRY_URL'],
    [{ ...avro, KAFKA_EVENT_MODE: 'structured' }, 'KAFKA_EVENT_MODE'],
    [{ ...avro, KAFKA_SCHEMA_REGISTRY_URL: 'registry:8081' }, 'KAFKA_SCHEMA_REGISTRY_URL'],
    [{ ...avro, KAFKA_SCHEMA_REGISTRY_URL: 'http://me:s3cret@registry' }, 'KAFKA_SCHEMA_REGISTRY_AUTH'],
    [{ KAFKA_EVENT_DATA: 'protobuf' }, 'KAFKA_EVENT_DATA'],
  ])('%j stop the start, and what is wrong is named', (env, name) => {
    const read = (): unknown => readConfig(env);
    expect(read).toThrow(expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(name) }));
    expect(read).not.toThrow('s3cret');
  });
});

describe('the variables of OpenTelemetry', () => {
  const base = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

  it('stand in docs/operations.md as they are read', () => {
    const rows = OPERATIONS.split('\n').filter((line) => line.startsWith('| `OTEL_'));
    const said = Object.entries<Setting>(TRACE_SETTINGS).map(([name, { shownDefault, purpose }]) => [
      `\`${name}\``,
      shownDefault,
      purpose,
    ]);
    expect(rows.map(cells)).toEqual(said);
  });

  it.each([
    {},
    { OTEL_SERVICE_NAME: 'x' },
    { ...base, OTEL_SDK_DISABLED: 'true' },
    { ...base, OTEL_TRACES_EXPORTER: 'none' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
  ])('make no spans with %j', (env) => expect(readConfig(env).traces).toBeUndefined());

  it('name the collector, generally or for traces alone', () => {
    const traces = (env: NodeJS.ProcessEnv) => readConfig({ ...base, ...env }).traces!;
    expect(traces({}).url).toBe('http://collector:4318/v1/traces');
    expect(traces({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://other/x' }).url).toBe('https://other/x');
    expect(traces({ OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }).protocol).toBe('http/json');
    const resource = { 'service.name': 'a', b: 'c,d' };
    expect(traces({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,b=c%2Cd' }).resource).toEqual(resource);
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=2', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=3' };
    expect(traces(headers).headers).toEqual({ a: '1', b: '3' });
    const queue = { OTEL_BSP_MAX_QUEUE_SIZE: '100' };
    expect(traces(queue)).toMatchObject({ maxQueuedSpans: 100, maxBatchSpans: 100, sampler: 'parentbased_always_on' });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'secret-without-a-name'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'key=%zz'],
  ])('%s=%s stops the start and is named', (name, value) => {
    const read = (): unknown => readConfig({ ...base, [name]: value });
    expect(read).toThrow(expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(name) }));
    if (name.endsWith('HEADERS')) expect(read).not.toThrow(value);
  });

  it('show no header', () => {
    const states = JSON.stringify(describeSettings({ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20s3cret' }));
    expect(states).toContain('authorization=****');
    expect(states).not.toContain('s3cret');
  });
});

describe('describeSettings', () => {
  const found = (env: NodeJS.ProcessEnv, name: string) => describeSettings(env).find((state) => state.name === name);

  it('tells value and origin; an empty variable is a default', () => {
    expect(found({ PORT: '9000' }, 'PORT')).toMatchObject({ value: '9000', origin: 'environment' });
    expect(found({ PORT: '' }, 'PORT')).toMatchObject({ value: '8080', origin: 'default' });
    expect(found({}, 'RAPPORT_DATA_DIR')).toMatchObject({ value: '.rapport/data', origin: 'default' });
  });

  it('shows no character of a key', () => {
    const env = { RAPPORT_API_KEYS: 'acme:0123456789abcdef, other:fedcba9876543210:with-colon' };
    expect(found(env, 'RAPPORT_API_KEYS')).toMatchObject({ value: 'acme:****,other:****', origin: 'environment' });
    expect(JSON.stringify(describeSettings(env))).not.toMatch(/0123|fedc|colon/);
  });

  it('shows no character of a secret', () => {
    const env = {
      RAPPORT_JWT_SECRET: 'a:secret,of=thirty-two characters',
      RAPPORT_JWT_ISSUER: 'x',
      RAPPORT_JWT_AUDIENCE: 'y',
      RAPPORT_KEY: 'rapport:0123456789',
    };
    for (const name of ['RAPPORT_JWT_SECRET', 'RAPPORT_KEY']) {
      expect(found(env, name)).toMatchObject({ value: '****', origin: 'environment' });
    }
  });

  it('shows the default that the README tells', () => {
    for (const [name, { shownDefault }] of Object.entries<Setting>({
      ...SETTINGS,
      ...ACCESS_SETTINGS,
      ...DOOR_SETTINGS,
      ...EVENT_SETTINGS,
      ...KAFKA_SETTINGS,
      ...TRACE_SETTINGS,
    })) {
      if (name !== 'RAPPORT_WORKERS') expect([name, found({}, name)?.value]).toEqual([name, shownDefault]);
    }
  });
});
