import { RapportError } from '@rapport-live/protocol';
import { TENANT } from './api-keys-config';
import { list } from './setting';

/** Genesys AudioHook: who may stream, and what its clients sign. */
export interface AudioHookConfig {
  readonly keys: readonly AudioHookKey[];
  /** Host and port as the client knows and signs them; absent: the header `Host`. */
  readonly authority?: string;
}

export interface AudioHookKey {
  readonly tenant: string;
  readonly apiKey: string;
  /** Client secret; absent: requests with this key need no signature. */
  readonly secret?: Uint8Array;
}

const NAME = 'RAPPORT_AUDIOHOOK_KEYS';
/** As the publisher's own tools take them. */
const API_KEY = /^[A-Za-z0-9+/_-]+={0,2}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const MIN_KEY_CHARACTERS = 16;
/** RFC 2104, section 3: less than the hash's own length weakens the signature. */
const MIN_SECRET_BYTES = 32;

const invalid = (sentence: string): RapportError => new RapportError('config_invalid', sentence);

/** Undefined: there is no such door. Throws RapportError `config_invalid`, which never repeats a key or secret. */
export function audioHookConfig(entries: string, authority: string | undefined): AudioHookConfig | undefined {
  const keys = list(entries).map(parseEntry);
  if (keys.length === 0) {
    if (authority === undefined) return undefined;
    throw invalid(`RAPPORT_AUDIOHOOK_AUTHORITY is set without ${NAME}: nobody could be let in.`);
  }
  if (new Set(keys.map(({ apiKey }) => apiKey)).size < keys.length) throw invalid(`${NAME} has an API key twice.`);
  if (authority !== undefined && !/^[a-z0-9.-]+(:\d{1,5})?$/i.test(authority)) {
    throw invalid(`RAPPORT_AUDIOHOOK_AUTHORITY takes a host, and a port where it is not 443, as hook.example.com.`);
  }
  return { keys, ...(authority === undefined ? {} : { authority }) };
}

function parseEntry(entry: string, at: number): AudioHookKey {
  const [tenant = '', apiKey = '', secret, ...more] = entry.split(':');
  const which = `${NAME}: entry ${at + 1}`;
  if (!TENANT.test(tenant) || !API_KEY.test(apiKey) || more.length > 0) {
    throw invalid(`${which} needs the form TENANT:API_KEY:CLIENT_SECRET, tenant of a-z, 0-9 and "-".`);
  }
  if (apiKey.length < MIN_KEY_CHARACTERS) {
    throw invalid(`${which}: the API key has ${apiKey.length} characters, needs ${MIN_KEY_CHARACTERS}.`);
  }
  if (secret === undefined) {
    throw invalid(`${which} has no client secret: write TENANT:API_KEY:none where requests are not to be signed.`);
  }
  if (secret === 'none') return { tenant, apiKey };
  const bytes = BASE64.test(secret) ? Buffer.from(secret, 'base64') : Buffer.alloc(0);
  if (bytes.length < MIN_SECRET_BYTES) {
    throw invalid(`${which}: the client secret needs to be base64 of ${MIN_SECRET_BYTES} bytes or more.`);
  }
  return { tenant, apiKey, secret: bytes };
}
