import { BrowserTokens } from './browser-tokens';
import type { Principal } from './principal';

describe('BrowserTokens', () => {
  const acme: Principal = { tenant: 'acme', scopes: new Set(['ingest']) };
  const globex: Principal = { tenant: 'globex', scopes: new Set(['ingest']) };
  let nowMs: number;
  const open = (maxTokens = 100, maxTokensPerTenant = 50) =>
    new BrowserTokens({ maxTokens, maxTokensPerTenant }, () => nowMs);
  beforeEach(() => (nowMs = 1_000_000));

  it('give tokens that a subprotocol can carry, each another one', () => {
    const tokens = open();
    const made = Array.from({ length: 20 }, () => tokens.issue(acme, 60).token);
    expect(new Set(made).size).toBe(20);
    for (const token of made) expect(token).toMatch(/^[\w-]{43}$/);
  });

  it('know a token until it is used or has expired', () => {
    const tokens = open();
    const used = tokens.issue(acme, 60);
    expect(used.expiresAtMs).toBe(1_060_000);
    expect(tokens.find(used.token)).toBe(acme);
    tokens.use(used.token);
    tokens.use(used.token);
    expect(tokens.find(used.token)).toBeNull();
    expect(tokens.count).toBe(0);

    const expired = tokens.issue(acme, 60);
    nowMs += 59_999;
    expect(tokens.find(expired.token)).toBe(acme);
    nowMs += 1;
    expect(tokens.find(expired.token)).toBeNull();
    expect(tokens.find('')).toBeNull();
  });

  it('keep no token in the clear', () => {
    const tokens = open();
    const { token } = tokens.issue(acme, 60);
    expect([...(tokens as unknown as { issued: Map<string, unknown> }).issued.keys()].join()).not.toContain(token);
  });

  it('are bounded for a tenant, whose others go on; room comes with use and with time', () => {
    const tokens = open(100, 2);
    const first = tokens.issue(acme, 60);
    tokens.issue(acme, 10);
    const more = () => tokens.issue(acme, 60);
    expect(more).toThrow(expect.objectContaining({ code: 'quota_exceeded', retryAfterMs: 10_000 }));
    expect(tokens.issue(globex, 60)).toBeDefined();
    tokens.use(first.token);
    expect(more).not.toThrow();
    expect(more).toThrow();
    nowMs += 10_000;
    expect(more).not.toThrow();
    expect(tokens.count).toBe(3);
  });

  it('are bounded over all tenants', () => {
    const tokens = open(3, 2);
    tokens.issue(acme, 60);
    tokens.issue(acme, 60);
    tokens.issue(globex, 30);
    expect(() => tokens.issue(globex, 60)).toThrow(
      expect.objectContaining({ code: 'overloaded', retryAfterMs: 30_000 }),
    );
  });
});
