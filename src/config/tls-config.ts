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

/** Undefined: no TLS. Reads both files and tries them; throws RapportError `config_invalid`. */
export function tlsConfig(
  certFile: string | undefined,
  keyFile: string | undefined,
  now: () => Date = () => new Date(),
): TlsConfig | undefined {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (keyFile === undefined) throw invalid('RAPPORT_TLS_CERT is set without RAPPORT_TLS_KEY.');
  if (certFile === undefined) throw invalid('RAPPORT_TLS_KEY is set without RAPPORT_TLS_CERT.');
  const cert = read('RAPPORT_TLS_CERT', certFile);
  const key = read('RAPPORT_TLS_KEY', keyFile);
  const validTo = certificateOf(cert).validTo;
  if (Date.parse(validTo) < now().getTime()) throw invalid(`RAPPORT_TLS_CERT: the certificate expired on ${validTo}.`);
  try {
    createSecureContext({ cert });
  } catch {
    throw invalid('RAPPORT_TLS_CERT: the file has no certificate in PEM that can be used.');
  }
  try {
    createSecureContext({ key });
  } catch {
    throw invalid('RAPPORT_TLS_KEY: the file has no key in PEM without a passphrase.');
  }
  try {
    createSecureContext({ cert, key });
  } catch {
    throw invalid('RAPPORT_TLS_KEY: the key is not that of the certificate in RAPPORT_TLS_CERT.');
  }
  return { cert, key };
}

function read(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(`${setting}: the file cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function certificateOf(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw invalid('RAPPORT_TLS_CERT: the file has no certificate in PEM that can be used.');
  }
}
