import { ErrorBody } from '@rapport-live/protocol';
import type { z } from 'zod';
import { type Config, DEVELOPMENT_KEY } from '../config/config';
import { EXIT, misuse, Refusal } from './refusal';

/** Options of every command that talks to a service. */
export const DOOR_OPTIONS = {
  url: { value: 'URL', purpose: 'of the service; by default the one of PORT on this machine' },
  tenant: { value: 'TENANT', purpose: 'whose key of RAPPORT_API_KEYS is used, where there are several' },
  key: { value: 'KEY', purpose: 'instead: the key itself' },
} as const;

export type DoorOptions = { readonly [K in keyof typeof DOOR_OPTIONS]?: string };

/** Adding an intent takes longest: the encoder has 50 examples to read, at most, behind whatever sessions want of it. */
const TIMEOUT_MS = 60_000;

/** Requests to a running service; each rejects with a Refusal that says what to do. */
export class ServiceDoor {
  private readonly base: string;
  private readonly key: string;

  constructor(
    options: DoorOptions,
    config: Config,
    private readonly interrupted: AbortSignal,
  ) {
    this.base = baseUrl(options.url, config);
    this.key = keyOf(options, config);
  }

  async ask<S extends z.ZodType>(method: string, path: string, schema: S, body?: object): Promise<z.infer<S>> {
    const parsed = schema.safeParse(await this.answer(method, path, body));
    if (parsed.success) return parsed.data;
    throw new Refusal(`${this.base} answers as no Rapport of this version does: check --url.`);
  }

  /** The body of an answer; undefined where there is none or it is no JSON. */
  async answer(method: string, path: string, body?: object): Promise<unknown> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.base}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.any([this.interrupted, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      text = await response.text();
    } catch (error) {
      if (this.interrupted.aborted) throw new Refusal('Interrupted.', EXIT.interrupted);
      throw new Refusal(
        `No service answers at ${this.base} (${reasonOf(error)}): start it with \`npm start\`, or name it with --url.`,
      );
    }
    const value = parseJson(text);
    if (response.ok) return value;
    const refusal = ErrorBody.safeParse(value);
    if (!refusal.success) throw new Refusal(`${this.base} answers ${response.status}: check --url.`);
    const { message, advice, code } = refusal.data;
    throw new Refusal(`${message} ${advice} (${code})`);
  }
}

function baseUrl(given: string | undefined, { host, port, tls }: Config): string {
  if (given !== undefined) {
    const url = URL.canParse(given) ? new URL(given) : undefined;
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw misuse(`--url ${given} is no http:// URL.`);
    return given.replace(/\/+$/, '');
  }
  if (port === 0) throw misuse('PORT is 0, so the service may be anywhere: name it with --url.');
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `${tls === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** One that may change intents, where there is one. Of hashed keys nobody but their users knows the text. */
function keyOf({ key, tenant }: DoorOptions, { apiKeys, ownKey }: Config): string {
  if (key !== undefined) return key;
  if (ownKey !== undefined) return ownKey;
  const own = tenant === undefined ? apiKeys : apiKeys.filter((one) => one.tenant === tenant);
  const tenants = [...new Set(apiKeys.map((one) => one.tenant))].join(', ');
  if (tenant !== undefined && own.length === 0) {
    throw misuse(`There is no key of tenant ${tenant}${tenants === '' ? '' : `, but of ${tenants}`}.`);
  }
  if (new Set(own.map((one) => one.tenant)).size > 1) {
    throw misuse(`There are keys of the tenants ${tenants}: add --tenant with one of them.`);
  }
  if (apiKeys.length === 0) return DEVELOPMENT_KEY;
  const known = own.filter((one) => one.key !== undefined);
  const [first] = [...known.filter(({ scopes }) => scopes?.includes('admin')), ...known];
  if (first?.key === undefined)
    throw misuse('The settings have the hash of the key alone: set RAPPORT_KEY to the key, or add --key KEY.');
  return first.key;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  return cause?.code ?? name ?? 'error';
}
