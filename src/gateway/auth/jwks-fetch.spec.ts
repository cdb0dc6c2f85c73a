import { jwksFetch } from './jwks-fetch';

describe('jwksFetch', () => {
  const OPTIONS = { maxBytes: 1000, failureCooldownMs: 5_000, maxStaleMs: 60_000 };
  const KEYS = '{"keys":[]}';
  let nowMs: number;
  let asked: number;
  let issuer: () => Response | Promise<Response>;
  const open = () =>
    jwksFetch(
      OPTIONS,
      () => nowMs,
      async () => {
        asked += 1;
        return issuer();
      },
    );
  const url = 'https://issuer.example/keys';
  beforeEach(() => {
    [nowMs, asked, issuer] = [0, 0, () => new Response(KEYS)];
  });

  it('passes on what the issuer answers', async () => {
    expect(await (await open()(url, {})).text()).toBe(KEYS);
  });

  it.each([
    ['does not answer', () => Promise.reject(new Error('refused'))],
    ['answers with an error', () => new Response('no', { status: 500 })],
    ['redirects', () => new Response('', { status: 302, headers: { location: 'http://other.example' } })],
    ['sends no JSON', () => new Response('<html>')],
    ['sends no key set', () => new Response('{}')],
    ['sends too much', () => new Response(`{"keys":["${'x'.repeat(1000)}"]}`)],
  ])('is overloaded while the issuer %s, and leaves it alone for a while', async (_what, failing) => {
    const fetching = open();
    issuer = failing;
    const refusal = { code: 'overloaded', retryAfterMs: 5000 };
    await expect(fetching(url, {})).rejects.toMatchObject(refusal);
    nowMs = 4_999;
    await expect(fetching(url, {})).rejects.toMatchObject(refusal);
    expect(asked).toBe(1);
    [nowMs, issuer] = [5_000, () => new Response(KEYS)];
    expect((await fetching(url, {})).status).toBe(200);
    expect(asked).toBe(2);
  });

  it('serves the keys it has while the issuer is away, but not for ever', async () => {
    const fetching = open();
    await fetching(url, {});
    [nowMs, issuer] = [59_999, () => new Response('', { status: 503 })];
    expect(await (await fetching(url, {})).text()).toBe(KEYS);
    nowMs = 60_000;
    await expect(fetching(url, {})).rejects.toMatchObject({ code: 'overloaded' });
  });
});
