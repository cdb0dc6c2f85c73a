import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** DER (X.690): one value of a tag. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  // The shortest form, or Java finds another signature than OpenSSL.
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
/** UTCTime: `YYMMDDHHMMSSZ`. */
const time = (date: Date): Buffer => der(0x17, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));
const name = (common: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(common)))));
const ALTERNATIVES = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
const subjectAltName = sequence(oid('551d11'), der(0x04, ALTERNATIVES));
/** Critical; CA:TRUE. */
const basicConstraints = sequence(
  oid('551d13'),
  der(0x01, Buffer.from([255])),
  der(0x04, sequence(der(0x01, Buffer.from([255])))),
);

const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;

/** A certificate and the key it is of, both as PEM. */
export interface CertifiedKey {
  readonly cert: string;
  readonly key: string;
}

interface CertificateOptions {
  /** Validity in days from now. Default -1 to 1. */
  readonly from?: number;
  readonly to?: number;
  /** Common name. Default localhost. */
  readonly name?: string;
  /** Who signs. Default: its own key. */
  readonly issuer?: CertifiedKey & { readonly name: string };
  readonly isAuthority?: boolean;
}

/** A certificate of localhost and 127.0.0.1 with a fresh key (RFC 5280). */
export function makeCertificate(options: CertificateOptions = {}): CertifiedKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const subject = options.name ?? 'localhost';
  const day = (offset: number): Date => new Date(Date.now() + offset * 86_400_000);
  const extension = options.isAuthority === true ? basicConstraints : subjectAltName;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ...[ECDSA_WITH_SHA256, name(options.issuer?.name ?? subject)],
    ...[sequence(time(day(options.from ?? -1)), time(day(options.to ?? 1))), name(subject)],
    ...[publicKey, der(0xa3, sequence(extension))],
  );
  const signature = sign('sha256', body, createPrivateKey(options.issuer?.key ?? privateKey));
  const whole = sequence(body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature));
  return { cert: pem('CERTIFICATE', whole), key: privateKey };
}

/** An authority that signs others. */
export function makeAuthority(authority: string): CertifiedKey & { readonly name: string } {
  return { ...makeCertificate({ name: authority, isAuthority: true }), name: authority };
}
