import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_SETTINGS } from './settings';
import { sayUnknownSettings, unknownSettings } from './unknown-settings';

describe('unknownSettings', () => {
  it.each<[string, string | undefined]>([
    ['RAPPORT_MODEL_DIR', 'RAPPORT_MODELS_DIR'],
    ['RAPPORT_API_KEY', 'RAPPORT_API_KEYS'],
    ['RAPPORT_LOG_LEVEL', 'LOG_LEVEL'],
    ['RAPPORT_KAFKA_BROKERS', 'KAFKA_BROKERS'],
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['RAPPORT_SOMETHING_ELSE', undefined],
  ])('names %s, and %s as the nearest', (name, nearest) => {
    expect(unknownSettings({ [name]: 'x' })).toEqual([nearest === undefined ? { name } : { name, nearest }]);
  });

  it('takes every setting, what is empty, and what others set', () => {
    const ours = Object.fromEntries(Object.keys(ALL_SETTINGS).map((name) => [name, 'x']));
    expect(unknownSettings(ours)).toEqual([]);
    const theirs = {
      PATH: '/bin',
      RAPPORT_MODEL_DIR: '',
      KAFKA_HEAP_OPTS: '-Xmx1g',
      KAFKA_HOME: '/opt',
      OTEL_METRICS_EXPORTER: 'none',
      // a Service of Kubernetes named rapport, and one named rapport-gateway
      RAPPORT_SERVICE_HOST: '10.0.0.11',
      RAPPORT_SERVICE_PORT: '8080',
      RAPPORT_SERVICE_PORT_HTTP: '8080',
      RAPPORT_PORT: 'tcp://10.0.0.11:8080',
      RAPPORT_PORT_8080_TCP: 'tcp://10.0.0.11:8080',
      RAPPORT_PORT_8080_TCP_ADDR: '10.0.0.11',
      RAPPORT_GATEWAY_PORT_8080_TCP_PROTO: 'tcp',
      // this repository's own tools
      RAPPORT_TEST_KILLS: '500',
      RAPPORT_FUZZ_INPUTS: '1000000',
      RAPPORT_CONTRACT_SEED: '1',
    };
    expect(unknownSettings(theirs)).toEqual([]);
  });

  it.each(['docker-compose.yml', 'Dockerfile'])('finds nothing in %s', (file) => {
    const names = readFileSync(join(__dirname, '../..', file), 'utf8').match(/\bRAPPORT_\w+/g) ?? [];
    expect(unknownSettings(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([]);
  });

  it('is told without the value, which may be a key', () => {
    const lines: string[] = [];
    sayUnknownSettings((line) => lines.push(line), { RAPPORT_JWT_SECRT: 's3cret', RAPPORT_COLOUR: 's3cret' });
    expect(lines).toEqual([
      'rapport: RAPPORT_JWT_SECRT is set, but no such setting exists, so it does nothing. Did you mean RAPPORT_JWT_SECRET?\n',
      'rapport: RAPPORT_COLOUR is set, but no such setting exists, so it does nothing. `npm run rapport -- config` lists them.\n',
    ]);
  });
});
