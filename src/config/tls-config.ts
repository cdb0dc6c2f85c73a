import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { RapportError } from '@rapport-live/protocol';

/** Both as PEM. */
export interface TlsConfig {
  readonly cert: string;
  readonly key: string;
}

const invalid = (sentence: string): RapportError => new RapportError('config_invalid', sentence);

/** The settings that name the two files. */
const OWN = { cert: 'RAPPORT_TLS_CERT', key: 'RAPPORT_TLS_KEY' };

/** Undefined: neither file is named. Reads both and tries them; throws RapportError `config_invalid`. */
export function tlsConfig(
  certFile: string | undefined,
  keyFile: string | undefined,
  now: () => Date = () => new Date(),
  settings = OWN,
): TlsConfig | undefined {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (keyFile === undefined) throw invalid(`${settings.cert} is set without ${settings.key}.`);
  if (certFile === undefined) throw invalid(`${settings.key} is set without ${settings.cert}.`);
  const cert = readFileOf(settings.cert, certFile);
  const key = readFileOf(settings.key, keyFile);
  const validTo = certificateOf(settings.cert, cert).validTo;
  if (Date.parse(validTo) < now().getTime()) throw invalid(`${settings.cert}: the certificate expired on ${validTo}.`);
  try {
    createSecureContext({ cert });
  } catch {
    throw invalid(`${settings.cert}: the file has no certificate in PEM that can be used.`);
  }
  try {
    createSecureContext({ key });
  } catch {
    throw invalid(`${settings.key}: the file has no key in PEM without a passphrase.`);
  }
  try {
    createSecureContext({ cert, key });
  } catch {
    throw invalid(`${settings.key}: the key is not that of the certificate in ${settings.cert}.`);
  }
  return { cert, key };
}

/** The text of a file that a setting names. */
export function readFileOf(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(`${setting}: the file cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

export function certificateOf(setting: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw invalid(`${setting}: the file has no certificate in PEM that can be used.`);
  }
}
