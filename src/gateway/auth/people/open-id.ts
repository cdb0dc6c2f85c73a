import { RapportError, ROLES } from '@rapport-live/protocol';
import type * as OpenIdModule from 'openid-client' with { 'resolution-mode': 'import' };
import type { OpenIdConfig } from '../../../config/open-id-config';
import { sha256Hex, TENANT } from '../../../config/api-keys-config';
import type { Viewer } from '../viewer';

/** The one file that knows openid-client, an ES module: OpenID Connect by authorization code with PKCE, state and nonce. */
type OpenId = typeof OpenIdModule;

/** Log-ins under way, of all browsers; the oldest is given up first. */
const MAX_PENDING = 10_000;
/** From leaving for the provider to coming back, ms. */
const PENDING_MS = 10 * 60_000;
/** For an answer of the provider, s. */
const TIMEOUT_S = 5;
/** After the provider could not be asked, it is left alone for so long, ms. */
const COOLDOWN_MS = 5_000;
/** Null: no provider is set up. */
export const OPENID_LOGIN = Symbol('OpenIdLogin');

const MAX_TEAMS = 256;
const MAX_TEXT = 256;

interface Pending {
  readonly verifier: string;
  readonly nonce: string;
  readonly endsAtMs: number;
}

/** Logs people in at a provider of OpenID Connect, who says of each the role, the teams and the tenant. */
export class OpenIdLogin {
  private readonly pending = new Map<string, Pending>();
  private asked: Promise<OpenIdModule.Configuration> | undefined;
  private failedAtMs = -Infinity;

  private constructor(
    private readonly client: OpenId,
    private readonly config: OpenIdConfig,
    /** Wall clock, ms since 1970. */
    private readonly now: () => number,
    private readonly onFault: (error: unknown) => void,
  ) {}

  static async open(config: OpenIdConfig, now: () => number, onFault: (error: unknown) => void): Promise<OpenIdLogin> {
    return new OpenIdLogin(await import('openid-client'), config, now, onFault);
  }

  /** Where to send the browser, and what it must show when it comes back. Rejects with RapportError `overloaded`. */
  async begin(): Promise<{ readonly url: string; readonly state: string }> {
    const provider = await this.provider();
    const { client, config } = this;
    const [verifier, nonce, state] = [client.randomPKCECodeVerifier(), client.randomNonce(), client.randomState()];
    const url = client.buildAuthorizationUrl(provider, {
      ...{ redirect_uri: config.redirectUrl, scope: config.scopes, state, nonce },
      ...{ code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    });
    this.pending.set(sha256Hex(state), { verifier, nonce, endsAtMs: this.now() + PENDING_MS });
    if (this.pending.size > MAX_PENDING) this.pending.delete(this.pending.keys().next().value!);
    return { url: url.href, state };
  }

  /**
   * Who came back with this query, in the browser that left with `state`. Rejects with RapportError `login_failed`, in words
   * that repeat nothing of the provider's answer, or `overloaded`.
   */
  async finish(query: string, state: string | undefined): Promise<Viewer> {
    const key = sha256Hex(state ?? '');
    const pending = this.pending.get(key);
    this.pending.delete(key); // once
    if (state === undefined || pending === undefined || this.now() >= pending.endsAtMs) {
      throw failed('The log-in was not begun in this browser, or too long ago.');
    }
    const provider = await this.provider();
    const url = new URL(this.config.redirectUrl);
    url.search = query;
    let claims: OpenIdModule.IDToken | undefined;
    try {
      const tokens = await this.client.authorizationCodeGrant(provider, url, {
        ...{ pkceCodeVerifier: pending.verifier, expectedNonce: pending.nonce, expectedState: state },
        idTokenExpected: true,
      });
      claims = tokens.claims();
    } catch (error) {
      this.onFault((error as { code?: unknown }).code ?? 'unknown');
      throw failed('The provider of log-ins did not confirm it.');
    }
    return this.viewerOf(claims!);
  }

  private viewerOf(claims: OpenIdModule.IDToken): Viewer {
    const { roleClaim, teamsClaim, tenant, tenantClaim } = this.config;
    const named = textsOf(claims[roleClaim]);
    const role = (['admin', 'supervisor', 'analyst'] as const).find((one) => named.includes(one));
    if (role === undefined) throw failed(`The claim "${roleClaim}" names no role: ${ROLES.join(', ')}.`);
    const of = tenant ?? claims[tenantClaim];
    if (typeof of !== 'string' || !TENANT.test(of)) throw failed(`The claim "${tenantClaim}" names no tenant.`);
    const teams = role === 'admin' || claims[teamsClaim] === 'all' ? 'all' : textsOf(claims[teamsClaim]);
    return { userId: `openid:${claims.sub}`, tenant: of, role, teams, seesNames: role !== 'analyst' };
  }

  /** Asked for once it is wanted, and again while it cannot be. */
  private async provider(): Promise<OpenIdModule.Configuration> {
    if (this.now() - this.failedAtMs < COOLDOWN_MS) throw unreachable();
    this.asked ??= this.discover();
    try {
      return await this.asked;
    } catch (error) {
      if (this.asked !== undefined) this.onFault((error as { code?: unknown }).code ?? 'unknown');
      this.asked = undefined;
      this.failedAtMs = this.now();
      throw unreachable();
    }
  }

  private discover(): Promise<OpenIdModule.Configuration> {
    const { issuer, clientId, clientSecret } = this.config;
    const { client } = this;
    // only addresses of this machine get past the settings without TLS
    const inTheClear = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
    // OpenID Connect Core (3.1.3.7) leaves the signature to TLS here; it is checked all the same
    const execute = [client.enableNonRepudiationChecks, ...inTheClear];
    return client.discovery(new URL(issuer), clientId, clientSecret, undefined, { execute, timeout: TIMEOUT_S });
  }
}

const failed = (sentence: string): RapportError => new RapportError('login_failed', sentence);
const unreachable = (): RapportError =>
  new RapportError('overloaded', 'The provider of log-ins cannot be reached.', { retryAfterMs: COOLDOWN_MS });

/** A list, or text with spaces or commas between. */
function textsOf(claim: unknown): string[] {
  const all: readonly unknown[] = typeof claim === 'string' ? claim.split(/[ ,]+/) : Array.isArray(claim) ? claim : [];
  return all
    .filter((one) => typeof one === 'string' && one !== '' && one.length <= MAX_TEXT)
    .slice(0, MAX_TEAMS) as string[];
}
