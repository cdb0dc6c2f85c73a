import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority, makeCertificate } from '../../test/support/certificate';
import { describeSettings, readConfig } from './config';

const dir = mkdtempSync(join(tmpdir(), 'rapport-kafka-config-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const authority = makeAuthority('Authority');
const client = makeCertificate({ issuer: authority });
const ca = file('ca.pem', authority.cert);
const cert = file('cert.pem', client.cert);
const key = file('key.pem', client.key);
const SCRAM = { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_USERNAME: 'rapport' };
const TLS = { KAFKA_TLS: 'on', KAFKA_TLS_CA: ca };

test('what is not set is as the sink has it by itself', () => {
  const { kafka } = readConfig({});
  expect(kafka).toMatchObject({ topics: 'create', partitions: 6, compression: 'gzip', retentionMs: 7 * 24 * 3600_000 });
  expect(kafka.tls ?? kafka.sasl ?? kafka.replication).toBeUndefined();
});

test('reads files, users and topics', () => {
  const { kafka } = readConfig({
    ...{
      ...SCRAM,
      ...TLS,
      KAFKA_PASSWORD_FILE: file('password', 'a secret\n'),
      KAFKA_TLS_CERT: cert,
      KAFKA_TLS_KEY: key,
    },
    ...{ KAFKA_TOPICS: 'check', KAFKA_REPLICATION: '3', KAFKA_RETENTION_HOURS: '2', KAFKA_LINGER_MS: '0' },
  });
  expect(kafka).toMatchObject({
    tls: { ca: authority.cert, ...client },
    sasl: { mechanism: 'scram-sha-512', username: 'rapport', password: 'a secret' },
    ...{ topics: 'check', replication: 3, retentionMs: 7_200_000, lingerMs: 0 },
  });
});

test.each([
  [{ KAFKA_BROKERS: 'kafka' }, /KAFKA_BROKERS: entry 1 is "kafka", needs the form HOST:PORT/],
  [{ KAFKA_BROKERS: 'a:9092, b:99999' }, /entry 2/],
  [{ KAFKA_BROKERS: 'http://a:9092' }, /entry 1/],
  [{ KAFKA_SASL_MECHANISM: 'kerberos' }, /KAFKA_SASL_MECHANISM/],
  [{ KAFKA_SASL_MECHANISM: 'plain' }, /set without KAFKA_USERNAME/],
  [SCRAM, /set without KAFKA_PASSWORD or KAFKA_PASSWORD_FILE/],
  [{ KAFKA_USERNAME: 'a' }, /KAFKA_USERNAME is set without KAFKA_SASL_MECHANISM/],
  [{ KAFKA_PASSWORD: 'a' }, /KAFKA_PASSWORD is set without KAFKA_SASL_MECHANISM/],
  [{ ...SCRAM, KAFKA_PASSWORD: 'a', KAFKA_PASSWORD_FILE: cert }, /both set/],
  [{ ...SCRAM, KAFKA_PASSWORD_FILE: join(dir, 'none') }, /KAFKA_PASSWORD_FILE: the file cannot be read \(ENOENT\)/],
  [{ ...SCRAM, KAFKA_PASSWORD_FILE: file('empty', '\n') }, /first line of the file is empty/],
  [{ KAFKA_TLS_CA: ca }, /KAFKA_TLS_CA is set without KAFKA_TLS=on/],
  [{ KAFKA_TLS: 'on', KAFKA_TLS_CA: key }, /KAFKA_TLS_CA: the file has no certificate/],
  [{ ...TLS, KAFKA_TLS_CERT: cert }, /KAFKA_TLS_CERT is set without KAFKA_TLS_KEY/],
  [{ ...TLS, KAFKA_TLS_CERT: ca, KAFKA_TLS_KEY: key }, /KAFKA_TLS_KEY: the key is not that of .* KAFKA_TLS_CERT/],
  [{ KAFKA_TOPICS: 'maybe' }, /KAFKA_TOPICS/],
  [{ KAFKA_PARTITIONS: '0' }, /KAFKA_PARTITIONS/],
  [{ KAFKA_DEAD_LETTER_TOPIC: 'a b' }, /KAFKA_DEAD_LETTER_TOPIC/],
  [{ KAFKA_COMPRESSION: 'zip' }, /KAFKA_COMPRESSION/],
])('%j stops the start and is named', (env, sentence) => {
  expect(() => readConfig(env)).toThrow(
    expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(sentence) }),
  );
});

test('IPv6 addresses stand in brackets', () => {
  expect(readConfig({ KAFKA_BROKERS: '[::1]:9092' }).kafkaBrokers).toEqual(['[::1]:9092']);
});

test('no character of a password is shown', () => {
  const states = JSON.stringify(describeSettings({ ...SCRAM, KAFKA_PASSWORD: 'hunter2-and-more' }));
  expect(states).not.toContain('hunter2');
  expect(states).toContain('KAFKA_PASSWORD');
});
