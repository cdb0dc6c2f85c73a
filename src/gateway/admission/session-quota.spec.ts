import { SessionQuota } from './session-quota';

describe('SessionQuota', () => {
  let nowMs = 0;
  const clock = () => nowMs;

  it('limits live sessions of a tenant', () => {
    const quota = new SessionQuota({ maxSessions: 2, maxStartsPerMinute: 100 }, clock);
    expect(() => quota.require('acme', 1)).not.toThrow();
    expect(() => quota.require('acme', 2)).toThrow(
      expect.objectContaining({ code: 'quota_exceeded', retryAfterMs: 1000 }),
    );
  });

  it('limits how many a tenant begins in a minute; asking alone counts for nothing', () => {
    const quota = new SessionQuota({ maxStartsPerMinute: 6 }, clock);
    for (let i = 0; i < 20; i += 1) quota.require('acme', 0);
    for (let i = 0; i < 6; i += 1) {
      quota.require('acme', 0);
      quota.begun('acme');
    }
    expect(() => quota.require('acme', 0)).toThrow(
      expect.objectContaining({ code: 'quota_exceeded', retryAfterMs: 10_000 }),
    );
    expect(() => quota.require('globex', 0)).not.toThrow();
    nowMs += 10_000;
    expect(() => quota.require('acme', 0)).not.toThrow();
  });
});
