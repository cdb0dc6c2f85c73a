import { createHmac, randomBytes, randomUUID } from 'node:crypto';

/** The example of the publisher's session walkthrough ("Establishing connection"). */
export const AUDIOHOOK_EXAMPLE = {
  target: '/api/v1/voicebiometrics/ws',
  key: 'SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh',
  secret: Buffer.from('TXlTdXBlclNlY3JldEtleVRlbGxOby0xITJAMyM0JDU=', 'base64'),
  /** When it was created, ms since 1970. */
  atMs: 1_641_013_200_000,
  headers: {
    host: 'audiohook.example.com',
    'audiohook-organization-id': 'd7934305-0972-4844-938e-9060eef73d05',
    'audiohook-session-id': '30b0e395-84d3-4570-ac13-9a62d8f514c0',
    'audiohook-correlation-id': 'e160e428-53e2-487c-977d-96989bf5c99d',
    'x-api-key': 'SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh',
    signature: 'sig1=:NZBwyBHRRyRoeLqy1IzOa9VYBuI8TgMFt2GRDkDuJh4=:',
    'signature-input':
      'sig1=("@request-target" "@authority" "audiohook-organization-id" "audiohook-session-id" "audiohook-correlation-id" "x-api-key");keyid="SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh";nonce="VGhpc0lzQVVuaXF1ZU5vbmNl";alg="hmac-sha256";created=1641013200;expires=3282026430',
  },
} as const;

export interface ToSign {
  readonly target: string;
  /** Host and port as the request will name them. */
  readonly authority: string;
  readonly key: string;
  readonly secret: Uint8Array;
  readonly nowMs?: number;
  readonly organizationId?: string;
  readonly sessionId?: string;
  readonly correlationId?: string;
  readonly nonce?: string;
}

/** The header fields of an upgrade as the publisher's client signs it; written from the document, not from our verifier. */
export function signedHeaders(to: ToSign) {
  const unsigned = {
    'audiohook-organization-id': to.organizationId ?? randomUUID(),
    'audiohook-session-id': to.sessionId ?? randomUUID(),
    'audiohook-correlation-id': to.correlationId ?? randomUUID(),
    'x-api-key': to.key,
  };
  const values = { '@request-target': to.target, '@authority': to.authority.toLowerCase(), ...unsigned };
  const created = Math.floor((to.nowMs ?? Date.now()) / 1000);
  const names = Object.keys(values).map((name) => `"${name}"`);
  const nonce = to.nonce ?? randomBytes(18).toString('base64');
  const params = `(${names.join(' ')});keyid="${to.key}";nonce="${nonce}";alg="hmac-sha256";created=${created};expires=${created + 30}`;
  const lines = Object.entries(values).map(([name, value]) => `"${name}": ${value}`);
  const base = [...lines, `"@signature-params": ${params}`].join('\n');
  const signature = createHmac('sha256', to.secret).update(base).digest('base64');
  return {
    host: to.authority,
    ...unsigned,
    'signature-input': `sig1=${params}`,
    signature: `sig1=:${signature}:`,
  };
}
