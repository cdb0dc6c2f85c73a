import type { RapportError } from '@rapport-live/protocol';
import { describeSettings, readConfig } from './config';

const fault = (env: NodeJS.ProcessEnv): string => {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toMatchObject({ code: 'config_invalid' });
    return (error as RapportError).message;
  }
  throw new Error('the settings were taken');
};

describe('readConfig', () => {
  it('has embedded defaults', () => {
    expect(readConfig({})).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      maxSessions: 64,
      apiKeys: [],
      kafkaBrokers: [],
    });
  });

  it('takes an empty variable for an unset one, as Compose files write it', () => {
    expect(readConfig({ PORT: '', RAPPORT_WORKERS: '', RAPPORT_API_KEYS: '' })).toMatchObject({
      port: 8080,
      apiKeys: [],
    });
  });

  it('reads lists', () => {
    const config = readConfig({ KAFKA_BROKERS: 'a:9092, b:9092', RAPPORT_API_KEYS: 'acme:0123456789abcdef' });
    expect(config.kafkaBrokers).toEqual(['a:9092', 'b:9092']);
    expect(config.apiKeys).toEqual([{ tenant: 'acme', key: '0123456789abcdef' }]);
  });

  it.each([
    // told in the library's words before: expected number, received NaN
    [{ PORT: 'abc' }, /^Setting not usable: PORT: must be a whole number from 0 to 65535\.$/],
    [{ PORT: '70000' }, /PORT: must be a whole number from 0 to 65535/],
    [{ RAPPORT_WORKERS: '-1.5' }, /^Setting not usable: RAPPORT_WORKERS: must be a whole number from 1 to \d+\.$/],
    [{ RAPPORT_MAX_SESSIONS: '0' }, /RAPPORT_MAX_SESSIONS/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
    [{ RAPPORT_API_KEYS: 'no-colon-in-this-entry' }, /entry 1 needs the form TENANT:KEY/],
    [{ RAPPORT_API_KEYS: 'acme:short' }, /tenant acme has 5 characters/],
  ])('names what is wrong in %j', (env, sentence) => {
    expect(fault(env)).toMatch(sentence);
  });

  it('never repeats a key in its message', () => {
    expect(fault({ RAPPORT_API_KEYS: 'acme:secret' })).not.toContain('secret');
  });
});

describe('the history', () => {
  const URL = 'postgres://rapport:a-password@db.example:5432/rapport';
  it('is a file, or a server with its URL, which is shown nowhere', () => {
    expect(readConfig({}).history).toMatchObject({ kind: 'file' });
    const env = { RAPPORT_HISTORY: 'postgres', RAPPORT_HISTORY_URL: URL };
    expect(readConfig(env).history).toMatchObject({ kind: 'postgres', url: URL });
    expect(describeSettings(env).find(({ name }) => name === 'RAPPORT_HISTORY_URL')).toMatchObject({ value: '****' });
  });

  it.each([
    [{ RAPPORT_HISTORY: 'postgres' }, /goes with RAPPORT_HISTORY_URL/],
    [{ RAPPORT_HISTORY_URL: URL }, /goes with RAPPORT_HISTORY=postgres/],
    [{ RAPPORT_HISTORY: 'postgres', RAPPORT_HISTORY_URL: 'mysql://rapport:a-password@db' }, /postgres:\/\/USER/],
    [{ RAPPORT_HISTORY: 'postgres', RAPPORT_HISTORY_URL: 'a-password' }, /postgres:\/\/USER/],
  ])('%#: says what is wrong with it, without the URL', (env, sentence) => {
    expect(fault(env)).toMatch(sentence);
    expect(fault(env)).not.toContain('a-password');
  });
});
