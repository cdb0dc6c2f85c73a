import { BlockList, isIP } from 'node:net';
import { type Party, RapportError } from '@rapport-live/protocol';
import { TENANT } from './api-keys-config';
import { type AudioHookConfig, audioHookConfig } from './audiohook-config';
import { list } from './setting';
import type { Environment } from './settings';

/** The doors of other protocols that are switched on. */
export interface DoorsConfig {
  readonly twilio?: TwilioConfig;
  readonly audiohook?: AudioHookConfig;
  readonly hume?: boolean;
  readonly jambonz: boolean;
  readonly asterisk: boolean;
  readonly audioSocket?: AudioSocketConfig;
}

export interface TwilioConfig {
  readonly accounts: readonly TwilioAccount[];
  /** As Twilio is told it and signs it; absent: `wss://`, the header `Host` and the path. */
  readonly url?: string;
}

export interface TwilioAccount {
  readonly tenant: string;
  readonly authToken: string;
}

export interface AudioSocketConfig {
  readonly port: number;
  readonly host: string;
  /** Who may connect. */
  readonly allow: BlockList;
  readonly tenant: string;
  readonly party: Party;
}

const invalid = (sentence: string): RapportError => new RapportError('config_invalid', sentence);

/** Each is tried at each upgrade. */
const MAX_ACCOUNTS = 100;
/** Twilio's have 32 hexadecimal digits. */
const MIN_TOKEN_CHARACTERS = 16;

/** @param developmentTenant of calls without a tenant of their own; absent: keys are configured. Throws `config_invalid`. */
export function doorsConfig(e: Environment, developmentTenant: string | undefined): DoorsConfig {
  return {
    twilio: twilioConfig(e),
    audiohook: audioHookConfig(e.RAPPORT_AUDIOHOOK_KEYS, e.RAPPORT_AUDIOHOOK_AUTHORITY),
    hume: e.RAPPORT_HUME === 'on',
    jambonz: e.RAPPORT_JAMBONZ === 'on',
    asterisk: e.RAPPORT_ASTERISK === 'on',
    audioSocket: audioSocketConfig(e, developmentTenant),
  };
}

function twilioConfig(e: Environment): TwilioConfig | undefined {
  const accounts = list(e.RAPPORT_TWILIO_AUTH_TOKENS).map(twilioAccount);
  const url = e.RAPPORT_TWILIO_URL;
  if (accounts.length === 0) {
    if (url === undefined) return undefined;
    throw invalid('RAPPORT_TWILIO_URL is set without RAPPORT_TWILIO_AUTH_TOKENS: nobody could be let in.');
  }
  if (accounts.length > MAX_ACCOUNTS) {
    throw invalid(`RAPPORT_TWILIO_AUTH_TOKENS has ${accounts.length} accounts, at most ${MAX_ACCOUNTS} are taken.`);
  }
  if (url !== undefined && !/^wss?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw invalid(`RAPPORT_TWILIO_URL ${url}: a wss URL is wanted, as wss://calls.example.com/twilio.`);
  }
  return { accounts, ...(url === undefined ? {} : { url }) };
}

function twilioAccount(entry: string, at: number): TwilioAccount {
  const colon = entry.indexOf(':');
  const tenant = entry.slice(0, Math.max(0, colon));
  const authToken = entry.slice(colon + 1);
  if (!TENANT.test(tenant) || authToken.length < MIN_TOKEN_CHARACTERS) {
    throw invalid(
      `RAPPORT_TWILIO_AUTH_TOKENS: entry ${at + 1} needs the form TENANT:AUTH_TOKEN, tenant of a-z, 0-9 and "-", token of ${MIN_TOKEN_CHARACTERS} characters or more.`,
    );
  }
  return { tenant, authToken };
}

function audioSocketConfig(e: Environment, developmentTenant: string | undefined): AudioSocketConfig | undefined {
  const { RAPPORT_AUDIOSOCKET_PORT: port, RAPPORT_AUDIOSOCKET_TENANT: given } = e;
  if (port === undefined) return undefined;
  const tenant = given ?? developmentTenant;
  if (tenant === undefined) throw invalid('RAPPORT_AUDIOSOCKET_PORT is set without RAPPORT_AUDIOSOCKET_TENANT.');
  if (!TENANT.test(tenant)) {
    throw invalid(`RAPPORT_AUDIOSOCKET_TENANT ${tenant.slice(0, 64)}: a-z, 0-9 and "-", at most 63 characters.`);
  }
  return {
    ...{ port, tenant, host: e.RAPPORT_AUDIOSOCKET_HOST, party: e.RAPPORT_AUDIOSOCKET_PARTY },
    allow: networks('RAPPORT_AUDIOSOCKET_ALLOW', e.RAPPORT_AUDIOSOCKET_ALLOW),
  };
}

function networks(setting: string, given: string): BlockList {
  const allowed = new BlockList();
  for (const one of list(given)) {
    const [address = '', length, ...more] = one.split('/');
    const version = isIP(address);
    const bits = length === undefined ? undefined : Number(/^\d{1,3}$/.test(length) ? length : NaN);
    const most = version === 4 ? 32 : 128;
    if (version === 0 || more.length > 0 || (bits !== undefined && !(bits <= most))) {
      throw invalid(
        `${setting} has ${JSON.stringify(one.slice(0, 64))}: it takes addresses and networks as 10.0.0.0/8.`,
      );
    }
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) allowed.addAddress(address, family);
    else allowed.addSubnet(address, bits, family);
  }
  return allowed;
}
