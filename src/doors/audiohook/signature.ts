import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Component, parseSignatureFields } from './signature-fields';

/**
 * HTTP message signatures as AudioHook has them (the publisher's session walkthrough, "Establishing connection", and its
 * reference implementation, httpsignature/ and authenticator.ts; draft-ietf-httpbis-message-signatures-11, whose base is
 * that of RFC 9421): HMAC-SHA256 over the request target, the authority and four header fields.
 */
export const REQUIRED_COMPONENTS = [
  '@request-target',
  '@authority',
  'audiohook-organization-id',
  'audiohook-session-id',
  'audiohook-correlation-id',
  'x-api-key',
] as const;

export interface SignatureOptions {
  /** Oldest signature that is taken, s from `created`. Default 30: what the publisher's client gives one to live. */
  readonly maxAgeS: number;
  /** By which the client's clock may be ahead of ours, s. Default 5. */
  readonly maxSkewS: number;
  /** Shortest nonce. Default 22: the publisher's are 24 characters of base64. */
  readonly minNonceCharacters: number;
}
export const SIGNATURE_DEFAULTS: SignatureOptions = { maxAgeS: 30, maxSkewS: 5, minNonceCharacters: 22 };

/** What was signed: an upgrade to a WebSocket. */
export interface SignedRequest {
  /** Path and query, as in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Instead of the header `Host`, where a proxy writes another one. */
  readonly authority?: string;
}

export type SignatureVerdict =
  | { readonly ok: true; readonly keyId: string; readonly nonce: string; readonly expiresAtMs: number }
  | { readonly ok: false; readonly unsigned: boolean; readonly why: string };

const wrong = (why: string, unsigned = false): SignatureVerdict => ({ ok: false, unsigned, why });

/**
 * Whether the request was signed with the secret of its API key. An unknown key costs as much time as a known one.
 * `why` repeats nothing of the request. A nonce that came before is for the caller to know.
 */
export function verifySignature(
  request: SignedRequest,
  secretOf: (keyId: string) => Uint8Array | undefined,
  nowMs: number,
  options: SignatureOptions = SIGNATURE_DEFAULTS,
): SignatureVerdict {
  const input = fieldOf(request, 'signature-input');
  const given = fieldOf(request, 'signature');
  if (input === undefined && given === undefined) return wrong('The request is not signed.', true);
  if (input === undefined || given === undefined) return wrong('Signature and Signature-Input come together.');
  const fields = parseSignatureFields(input, given);
  if (typeof fields === 'string') return wrong(fields);
  const { components, params, written, signature } = fields;

  const keyId = params.get('keyid');
  const nonce = params.get('nonce');
  if (typeof keyId !== 'string' || keyId !== fieldOf(request, 'x-api-key')) {
    return wrong('keyid and X-API-KEY differ.');
  }
  if (typeof nonce !== 'string' || nonce.length < options.minNonceCharacters) return wrong('The nonce is too short.');
  const alg = params.get('alg') ?? 'hmac-sha256';
  if (alg !== 'hmac-sha256') return wrong('alg is not hmac-sha256.');
  const times = timesOf(params, nowMs / 1000, options);
  if (typeof times === 'string') return wrong(times);

  const base = signatureBase(request, components, written);
  if (base === undefined) return wrong('A component that the signature covers is not in the request.');
  const missing = REQUIRED_COMPONENTS.filter((name) => !components.some((component) => component.name === name));
  if (missing.length > 0) return wrong(`The signature does not cover ${missing.join(', ')}.`);

  const secret = secretOf(keyId);
  const computed = createHmac('sha256', secret ?? randomBytes(32))
    .update(base)
    .digest();
  const fits = signature.length === computed.length && timingSafeEqual(signature, computed);
  if (!fits || secret === undefined) return wrong('The signature is not that of the key.');
  return { ok: true, keyId, nonce, expiresAtMs: times.expiresAtMs };
}

/** Until when it could be shown again. */
function timesOf(
  params: ReadonlyMap<string, string | number>,
  nowS: number,
  { maxAgeS, maxSkewS }: SignatureOptions,
): { readonly expiresAtMs: number } | string {
  const created = params.get('created');
  const expires = params.get('expires') ?? Infinity;
  if (typeof created !== 'number' || typeof expires !== 'number') return 'created, or expires, is no whole number.';
  if (created > nowS + maxSkewS) return 'The signature was created in the future.';
  const until = Math.min(expires, created + maxAgeS);
  return nowS > until + maxSkewS ? 'The signature has expired.' : { expiresAtMs: (until + maxSkewS) * 1000 };
}

/** Undefined when the request lacks one of the components. */
function signatureBase(request: SignedRequest, components: readonly Component[], params: string): string | undefined {
  const lines: string[] = [];
  for (const { name, written } of components) {
    const value = componentOf(request, name);
    if (value === undefined) return undefined;
    lines.push(`${written}: ${value}`);
  }
  return [...lines, `"@signature-params": ${params}`].join('\n');
}

function componentOf(request: SignedRequest, name: string): string | undefined {
  if (name === '@request-target') return request.target;
  if (name === '@authority') return normalAuthority(request.authority ?? fieldOf(request, 'host'));
  return name.startsWith('@') ? undefined : fieldOf(request, name);
}

/** Lower case, without the default port (RFC 9421 section 2.2.3). */
function normalAuthority(authority: string | undefined): string | undefined {
  return authority?.toLowerCase().replace(/:(443|80)$/, '');
}

/** The value of a header field as it counts (RFC 9421 section 2.1). */
function fieldOf({ headers }: SignedRequest, name: string): string | undefined {
  const value = headers[name];
  const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (values.length === 0) return undefined;
  return values.map((one) => one.trim().replace(/[ \t]*\r\n[ \t]+/g, ' ')).join(', ');
}
