import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { readConfig } from '../../src/config/config';
import { DRAIN_TIMEOUT_MS } from '../../src/ops/drain';
import { type ComposeService, mounts, readCompose, ROOT } from '../support/compose';

const compose = readCompose();
const { rapport, prometheus, grafana, kafka } = compose.services as Record<string, ComposeService>;
const gpu = compose.services['rapport-gpu']!;
const withPostgres = compose.services['rapport-postgres']!;
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** There is no Docker where the tests run: this keeps the files and the code in step. */
describe('docker-compose.yml', () => {
  it('is valid by the schema of the Compose specification', () => {
    // dclint carries it; it is published in no package of its own.
    const file = join(dirname(require.resolve('dclint/package.json')), 'schemas/compose.schema.json');
    const { $schema: _, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const ajv = addFormats(new Ajv({ strict: false, allErrors: true, allowUnionTypes: true }));
    ajv.addFormat('ports', true).addFormat('expose', true).addFormat('subnet_ip_address', true);
    const validate = ajv.compile(schema);
    validate(compose);
    expect(ajv.errorsText(validate.errors)).toBe('No errors');
    expect(validate({ services: { rapport: { ...rapport, port: ['80:80'] } } })).toBe(false);
  });

  it('gives the service only what the configuration reads, and what it takes', () => {
    for (const { environment = {} } of [rapport!, gpu, withPostgres]) {
      const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
      const config = readConfig({ ...env, RAPPORT_API_KEYS: 'acme:0123456789abcdef' });
      expect(config).toMatchObject({ host: '0.0.0.0', port: 8080, kafkaBrokers: ['kafka:19092'] });
      const settings = ['settings', 'access-settings', 'history-settings']
        .map((name) => read(`src/config/${name}.ts`))
        .join('');
      for (const name of Object.keys(environment)) expect(settings).toMatch(new RegExp(`\\b${name}\\b`));
    }
    expect(rapport!.environment!.RAPPORT_API_KEYS).toBe('${RAPPORT_API_KEYS:-}');
    expect(rapport!.healthcheck!.test.join(' ')).toContain('/readyz');
    expect(parseInt(rapport!.stop_grace_period!, 10) * 1000).toBeGreaterThan(DRAIN_TIMEOUT_MS);
  });

  it('builds stages that there are, and the one for a GPU starts only when it is named', () => {
    const stages = [...read('Dockerfile').matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);
    expect([rapport!.build!.target, gpu.build!.target]).toEqual(['cpu', 'gpu']);
    for (const { build } of [rapport!, gpu]) expect(stages).toContain(build!.target);
    expect([rapport!.profiles, gpu.profiles]).toEqual([undefined, ['gpu']]);
    for (const { networks } of [gpu, withPostgres]) expect(networks!.default!.aliases).toEqual(['rapport']);
    expect([withPostgres.profiles, compose.services.postgres!.profiles]).toEqual([['postgres'], ['postgres']]);
  });

  it('gives the service the PostgreSQL that it starts', () => {
    const { environment } = compose.services.postgres!;
    const { history } = readConfig({
      ...(withPostgres.environment as Record<string, string>),
      RAPPORT_API_KEYS: 'acme:0123456789abcdef',
    });
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = environment!;
    const url = `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB}`;
    expect(history).toMatchObject({ kind: 'postgres', url });
  });

  it('pins every image, listens on this machine alone, and mounts files that there are', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      if (service.image !== undefined)
        expect([name, service.image]).toEqual([name, expect.stringMatching(/:v?\d+\.\d+\.\d+(-pg\d+)?$/)]);
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
      for (const [ours] of mounts(service)) expect([ours, existsSync(join(ROOT, ours))]).toEqual([ours, true]);
      for (const volume of service.volumes ?? []) {
        if (!volume.startsWith('.')) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
      }
    }
    expect(kafka!.environment!.KAFKA_ADVERTISED_LISTENERS).toContain('INTERNAL://kafka:19092');
  });

  it('shows Prometheus its rules and the service, and Grafana its Prometheus and dashboards', () => {
    const [, at] = mounts(prometheus!)[0]!;
    expect(prometheus!.command).toContain(`--config.file=${at}/prometheus.yml`);
    const config = parse(read('ops/prometheus/prometheus.yml')) as {
      rule_files: string[];
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
    };
    for (const file of config.rule_files) expect(existsSync(join(ROOT, 'ops/prometheus', file))).toBe(true);
    const jobs = config.scrape_configs.map(({ job_name, static_configs }) => [job_name, static_configs[0]!.targets]);
    expect(jobs).toEqual([['rapport', ['rapport:8080']]]);

    const own = Object.fromEntries(mounts(grafana!).map(([ours, its]) => [its, ours]));
    expect(own['/etc/grafana/provisioning']).toBe('./ops/grafana/provisioning');
    const provider = parse(read('ops/grafana/provisioning/dashboards/rapport.yml')) as {
      providers: { options: { path: string } }[];
    };
    const folder = own[provider.providers[0]!.options.path]!;
    const home = String(grafana!.environment!.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH);
    expect(existsSync(join(ROOT, home.replace(provider.providers[0]!.options.path, folder)))).toBe(true);
    const sources = parse(read('ops/grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { url: string; uid: string }[];
    };
    expect(sources.datasources).toEqual([
      expect.objectContaining({ url: 'http://prometheus:9090', uid: 'prometheus' }),
    ]);
  });
});

describe('Dockerfile', () => {
  const stage = (name: string): string => {
    const text = read('Dockerfile');
    const from = text.indexOf(` AS ${name}\n`);
    const end = text.indexOf('\nFROM ', from);
    return text.slice(from, end < 0 ? undefined : end);
  };

  it.each(['cpu', 'gpu'])(
    '%s: runs the supervisor as a user that is not root, with production dependencies',
    (name) => {
      const last = stage(name);
      expect(last).toContain('\nUSER node\n');
      expect(last).toContain('CMD ["node", "dist/supervise.js"]');
      expect(last).toContain('COPY models ./models');
      expect(last).not.toContain('--from=build /app/node_modules');
      expect(stage('dependencies')).toContain('npm ci --omit=dev');
    },
  );

  /** Cause: .npmrc, which forbids them, was not copied before `npm ci`. One of them fetches libraries of 200 MB. */
  it('bug: the image ran the install scripts of dependencies', () => {
    expect(read('.npmrc')).toContain('ignore-scripts=true');
    const stages = read('Dockerfile').split(/^FROM /m);
    for (const text of stages.filter((one) => one.includes('npm ci'))) {
      expect(text.slice(0, text.indexOf('npm ci'))).toMatch(/COPY .*\.npmrc .*\.\//);
    }
  });
});
