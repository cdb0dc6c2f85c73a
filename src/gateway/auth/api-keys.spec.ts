import { createHash } from 'node:crypto';
import { ApiKeys } from './api-keys';

const KEY = '0123456789abcdef';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('ApiKeys', () => {
  const keys = new ApiKeys([
    { tenant: 'acme', key: KEY },
    { tenant: 'globex', sha256: sha256('fedcba9876543210'), scopes: ['monitor'], origins: ['https://desk.example'] },
    { tenant: 'initech', sha256: sha256('a key for a week'), expiresAtMs: 1000 },
  ]);

  it('tell the tenant and the scopes of a key, configured in the clear or hashed', () => {
    expect(keys.find(KEY, 0)).toEqual({
      tenant: 'acme',
      id: `key:${sha256(KEY).slice(0, 8)}`,
      scopes: new Set(['ingest', 'monitor', 'search']),
    });
    expect(keys.find('fedcba9876543210', 0)).toEqual({
      tenant: 'globex',
      id: `key:${sha256('fedcba9876543210').slice(0, 8)}`,
      scopes: new Set(['monitor']),
      origins: ['https://desk.example'],
    });
  });

  it.each(['', KEY.slice(1), `${KEY} `, sha256(KEY), `sha256:${sha256(KEY)}`])('know no %j', (key) => {
    expect(keys.find(key, 0)).toBeNull();
  });

  it('end a key with its time', () => {
    expect(keys.find('a key for a week', 999)).toMatchObject({ tenant: 'initech' });
    expect(keys.find('a key for a week', 1000)).toBe('expired');
  });

  it('keep no key in the clear', () => {
    const kept = (keys as unknown as { byDigest: Map<string, unknown> }).byDigest;
    expect(JSON.stringify([...kept.entries()])).not.toContain(KEY);
    expect([...kept.keys()]).toContain(sha256(KEY));
  });
});
