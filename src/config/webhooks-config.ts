import { readFileSync, statSync } from 'node:fs';
import { ALERT_SEVERITIES, RapportError } from '@rapport-live/protocol';
import { z } from 'zod';
import { TENANT } from './api-keys-config';

/** An endpoint that alerts of a tenant are sent to. */
export interface WebhookConfig {
  readonly name: string;
  readonly tenant: string;
  readonly url: string;
  /** Of HMAC-SHA256. */
  readonly key: Buffer;
  readonly severities: readonly string[];
}

const FILE = 'RAPPORT_WEBHOOKS_FILE';
const MAX_FILE_BYTES = 256 * 1024;
const MAX_WEBHOOKS = 64;
/** As the Standard Webhooks specification serialises them. */
const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;

const Secret = z.string().transform((text, context) => {
  const key = Buffer.from(SECRET.exec(text)?.[1] ?? '', 'base64');
  if (key.length >= MIN_KEY_BYTES && key.length <= MAX_KEY_BYTES) return key;
  context.addIssue(`whsec_ and ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes in base64`);
  return z.NEVER;
});

const WebhookFile = z.strictObject({
  webhooks: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'a-z, 0-9 and "-", at most 63 characters' }),
        tenant: z.string().regex(TENANT, { error: 'a-z, 0-9 and "-", at most 63 characters' }),
        url: z.url({ protocol: /^https?$/ }),
        secret: Secret,
        severities: z
          .array(z.enum(ALERT_SEVERITIES))
          .min(1)
          .default([...ALERT_SEVERITIES]),
      }),
    )
    .max(MAX_WEBHOOKS),
});

/** Throws RapportError `config_invalid`, which never repeats a secret. */
export function readWebhooks(path: string | undefined): WebhookConfig[] {
  if (path === undefined) return [];
  const parsed = WebhookFile.safeParse(readJson(path));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path: at, message }) => [at.join('.'), message].join(': '));
    throw invalid(faults.slice(0, 3).join('; '));
  }
  const { webhooks } = parsed.data;
  const twice = webhooks.find(({ name }, i) => webhooks.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) throw invalid(`two webhooks have the name ${twice.name}`);
  return webhooks.map(({ secret: key, ...webhook }) => ({ ...webhook, key }));
}

function readJson(path: string): unknown {
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES) throw invalid(`the file has ${size} bytes, at most ${MAX_FILE_BYTES} are read`);
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof RapportError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    // The parser's own message quotes the text, which may be a secret.
    throw invalid(code === undefined ? 'the file is not JSON' : `the file cannot be read (${code})`);
  }
}

const invalid = (fault: string): RapportError => new RapportError('config_invalid', `${FILE}: ${fault}.`);
