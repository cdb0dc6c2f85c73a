import { RapportError } from '@rapport-live/protocol';

/** Several gateways behind one address, each with a name and an address of its own. */
export interface FleetConfig {
  /** Of this one. */
  readonly name: string;
  /** Where one of them is reached, with `{name}` in the place of its name. */
  readonly url: string;
}

/** A label of the DNS (RFC 1123, 2.1): it becomes a part of a host's name, or of a path. */
export const GATEWAY_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
export const NAME_PLACE = '{name}';

const invalid = (sentence: string): RapportError => new RapportError('config_invalid', sentence);

/** Undefined: this gateway is the only one. Throws RapportError `config_invalid`. */
export function fleetConfig(name: string | undefined, url: string | undefined): FleetConfig | undefined {
  if (name === undefined && url === undefined) return undefined;
  if (url === undefined) throw invalid('RAPPORT_GATEWAY_NAME is set without RAPPORT_GATEWAY_URL.');
  if (name === undefined) throw invalid('RAPPORT_GATEWAY_URL is set without RAPPORT_GATEWAY_NAME.');
  if (!GATEWAY_NAME.test(name)) {
    throw invalid(`RAPPORT_GATEWAY_NAME ${name}: 1 to 63 of a-z, 0-9 and "-", as a label of the DNS.`);
  }
  const example = url.replaceAll(NAME_PLACE, name);
  if (!url.includes(NAME_PLACE) || !URL.canParse(example) || !/^wss?:$/.test(new URL(example).protocol)) {
    throw invalid(`RAPPORT_GATEWAY_URL ${url}: a ws or wss URL with ${NAME_PLACE} in it is wanted.`);
  }
  return { name, url };
}
