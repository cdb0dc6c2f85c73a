import { createHmac } from 'node:crypto';
import { crc32cHex } from '../crc32c';
import { isIntact, jsonAt } from '../record-line';

/**
 * The lines of the index of customers, each behind the CRC-32C of what follows:
 *
 *     rapport-customers 1
 *     1f3a9c04 5d1c...(32 digits) "acme/0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80"
 *     9ae0daaf below b1f0f8ae-6f0c-4d6b-9a0e-6f5f0c1b2a3d 4711
 *
 * The first kind says that a customer had a session, the second that all of this log below this offset has been looked
 * through. What was forgotten is overwritten with "-".
 */
export const CUSTOMERS_HEADER = Buffer.from('rapport-customers 1\n');
const FILLER = '-';
const SESSION = /^([0-9a-f]{32}) (".+")$/s;
const BELOW = /^below ([0-9a-f-]{36}) (\d+)$/;
const LINE_FEED = 0x0a;
const CRC_AND_SPACE = 9;

export interface OwnedSession {
  /** See `pseudonym`. */
  readonly owner: string;
  /** `tenant/sessionId`. */
  readonly key: string;
}

export interface LookedThrough {
  readonly logId: string;
  readonly below: number;
}

/** Says nothing to whoever lacks the secret: 128 bits of HMAC-SHA256 as 32 hexadecimal digits. */
export function pseudonym(secret: Buffer, tenant: string, customerId: string): string {
  const named = JSON.stringify([tenant, customerId]);
  return createHmac('sha256', secret).update(named).digest('hex').slice(0, 32);
}

export const encodeSession = ({ owner, key }: OwnedSession): Buffer => line(`${owner} ${JSON.stringify(key)}`);
export const encodeBelow = ({ logId, below }: LookedThrough): Buffer => line(`below ${logId} ${below}`);

/** As long as the line that it takes the place of. */
export const encodeForgotten = (bytes: number): Buffer => line(FILLER.repeat(bytes - CRC_AND_SPACE - 1));

function line(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`${crc32cHex(bytes)} `), bytes, Buffer.of(LINE_FEED)]);
}

/** A line without its line feed; null when it is not what was written. */
export function decodeCustomerLine(
  bytes: Buffer,
  from = 0,
  to = bytes.length,
): OwnedSession | LookedThrough | 'forgotten' | null {
  if (!isIntact(bytes, from, to)) return null;
  const text = bytes.toString('utf8', jsonAt(from), to);
  if (text.startsWith(FILLER)) return 'forgotten';
  const [, logId, below] = BELOW.exec(text) ?? [];
  if (logId !== undefined) return { logId, below: Number(below) };
  const [, owner, key] = SESSION.exec(text) ?? [];
  return owner === undefined ? null : { owner, key: JSON.parse(key!) as string };
}
