import { boundedText, RapportError } from '@rapport-live/protocol';

/** Bounds of fetching an issuer's keys. Times in ms. */
export interface JwksFetchOptions {
  /** Larger answers are not read. Default 256 KiB. */
  readonly maxBytes: number;
  /** After a failure the issuer is left alone for so long. Default 5 s. */
  readonly failureCooldownMs: number;
  /** Keys that were fetched serve on for so long while the issuer does not answer. Default 1 h. */
  readonly maxStaleMs: number;
}

export const DEFAULT_JWKS_FETCH: JwksFetchOptions = {
  maxBytes: 256 * 1024,
  failureCooldownMs: 5_000,
  maxStaleMs: 60 * 60_000,
};

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * A `fetch` for key sets: bounded, and kind to an issuer that fails. Whoever shows a token with an unknown key makes us
 * ask, so the pauses between asking must not hang on success.
 */
export function jwksFetch(options: JwksFetchOptions, now: () => number, fetcher: Fetch = fetch): Fetch {
  let failedAtMs = -Infinity;
  let last: { readonly text: string; readonly atMs: number } | undefined;
  const stale = (): Response => {
    if (last !== undefined && now() - last.atMs < options.maxStaleMs) return answer(last.text);
    throw new RapportError('overloaded', 'The keys of the issuer of JWTs cannot be fetched.', {
      retryAfterMs: options.failureCooldownMs,
    });
  };
  return async (url, init) => {
    if (now() - failedAtMs < options.failureCooldownMs) return stale();
    try {
      const response = await fetcher(url, init);
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      const text = await boundedText(response, options.maxBytes);
      if (!Array.isArray((JSON.parse(text) as { keys?: unknown }).keys)) throw new Error('no key set');
      last = { text, atMs: now() };
      return answer(text);
    } catch {
      failedAtMs = now();
      return stale();
    }
  };
}

const answer = (text: string): Response => new Response(text, { headers: { 'content-type': 'application/json' } });
