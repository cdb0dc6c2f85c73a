import { RapportError } from '@rapport-live/protocol';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** By TLS, or of this machine: what goes over a network in the clear could be anybody's. Throws RapportError `config_invalid`. */
export function safeUrl(setting: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return url;
  if (url?.protocol === 'http:' && LOOPBACK_NAMES.includes(url.hostname)) return url;
  throw new RapportError('config_invalid', `${setting}: the URL must begin with https://, or be of this machine.`);
}
