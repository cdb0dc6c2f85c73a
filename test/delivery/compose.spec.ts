import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaVersion } from '../support/kafka/jars';

const root = join(__dirname, '../..');
const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');

test('docker-compose.yml sets what the tests run with', () => {
  const properties = readFileSync(join(root, 'test/support/kafka/server.properties'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('=') && !line.startsWith('#'))
    .map((line) => line.split('=') as [string, string]);
  expect(properties.length).toBeGreaterThan(5);
  for (const [name, value] of properties) {
    const variable = `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`;
    const set = new RegExp(`^ +${variable}: '?([^'\\n]*)'?$`, 'm').exec(compose)?.[1];
    expect([variable, set]).toEqual([variable, value]);
  }
});

test('docker-compose.yml pins the version that the tests run', () => {
  expect(/image: apache\/kafka:(\S+)/.exec(compose)?.[1]).toBe(kafkaVersion());
});
