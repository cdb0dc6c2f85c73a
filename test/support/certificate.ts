import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';

/** DER (X.690): one value of a tag. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  return Buffer.concat([Buffer.from([tag, 0x82, body.length >> 8, body.length & 255]), body]);
}

const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
/** UTCTime: `YYMMDDHHMMSSZ`. */
const time = (date: Date): Buffer => der(0x17, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));
const NAME = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('localhost')))));
const ALTERNATIVES = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
const EXTENSIONS = der(0xa3, sequence(sequence(oid('551d11'), der(0x04, ALTERNATIVES))));

const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;

/** A certificate of localhost and 127.0.0.1, signed by its own fresh key (RFC 5280), both as PEM. */
export function makeCertificate(days: { from?: number; to?: number } = {}): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const day = (offset: number): Date => new Date(Date.now() + offset * 86_400_000);
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ...[ECDSA_WITH_SHA256, NAME, sequence(time(day(days.from ?? -1)), time(day(days.to ?? 1))), NAME],
    ...[publicKey, EXTENSIONS],
  );
  const signature = sign('sha256', body, createPrivateKey(privateKey));
  const whole = sequence(body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature));
  return { cert: pem('CERTIFICATE', whole), key: privateKey };
}
