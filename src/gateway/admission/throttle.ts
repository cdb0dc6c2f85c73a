import { isIPv4 } from 'node:net';
import { RapportError } from '@rapport-live/protocol';
import { type Rate, TokenBucket } from './token-bucket';

/** How often one may knock: with upgrades and with requests to `/v1/`. */
export interface ThrottleOptions {
  /** Of all addresses. Default 1,000 a second, 2,000 at once. */
  readonly knocks: Rate;
  /** Of one address. Default 200 a second, 1,000 at once: a whole office behind one address comes back after an outage. */
  readonly addressKnocks: Rate;
  /** Failed proofs of who one is, of one address. Default 1 a second, 30 at once. */
  readonly addressFailures: Rate;
  /** What of one address made no sense: no HTTP, or no message of the protocol before there was a session. Default 10 a second, 200 at once. */
  readonly addressNoise: Rate;
  /** Addresses remembered; the one not heard of for longest is forgotten first. Default 10,000. */
  readonly maxAddresses: number;
}

export const DEFAULT_THROTTLE: ThrottleOptions = {
  knocks: { perSecond: 1000, burst: 2000 },
  addressKnocks: { perSecond: 200, burst: 1000 },
  addressFailures: { perSecond: 1, burst: 30 },
  addressNoise: { perSecond: 10, burst: 200 },
  maxAddresses: 10_000,
};

interface Visits {
  readonly knocks: TokenBucket;
  readonly failures: TokenBucket;
  readonly noise: TokenBucket;
}

/** Makes knocking cheap to refuse. A flood from one address spends that address's share before it spends everyone's. */
export class Throttle {
  private readonly all: TokenBucket;
  /** In the order of the last visit. */
  private readonly addresses = new Map<string, Visits>();

  constructor(
    private readonly options: ThrottleOptions,
    /** Ms of a monotonic clock. */
    private readonly now: () => number,
  ) {
    this.all = new TokenBucket(options.knocks, now());
  }

  get addressCount(): number {
    return this.addresses.size;
  }

  /** Counts the visit; throws RapportError `rate_limited`. */
  knock(address: string): void {
    const nowMs = this.now();
    const { knocks, failures, noise } = this.visitsOf(address, nowMs);
    const locked = failures.waitMs(nowMs);
    if (locked > 0) throw limited('Too many attempts from this address failed.', locked);
    const quiet = noise.waitMs(nowMs);
    if (quiet > 0) throw limited('Too much of what came from this address made no sense.', quiet);
    const own = knocks.waitMs(nowMs);
    if (own > 0) throw limited('Too many attempts came from this address.', own);
    const everyones = this.all.waitMs(nowMs);
    if (everyones > 0) throw limited('Too many attempts came at once.', everyones);
    knocks.take(nowMs);
    this.all.take(nowMs);
  }

  /** The visitor could not prove who it is, or came from where it must not. */
  failed(address: string): void {
    const nowMs = this.now();
    this.visitsOf(address, nowMs).failures.take(nowMs);
  }

  /** It said what is no HTTP, or no message of the protocol. */
  noise(address: string): void {
    const nowMs = this.now();
    this.visitsOf(address, nowMs).noise.take(nowMs);
  }

  /** It made so much noise that its connections need not be read at present. Does not count as a visit. */
  isNoisy(address: string): boolean {
    const known = this.addresses.get(networkOf(address));
    return known !== undefined && known.noise.waitMs(this.now()) > 0;
  }

  private visitsOf(address: string, nowMs: number): Visits {
    const network = networkOf(address);
    const known = this.addresses.get(network);
    const { addressKnocks, addressFailures, addressNoise, maxAddresses } = this.options;
    const visits = known ?? {
      knocks: new TokenBucket(addressKnocks, nowMs),
      failures: new TokenBucket(addressFailures, nowMs),
      noise: new TokenBucket(addressNoise, nowMs),
    };
    if (known !== undefined) this.addresses.delete(network);
    else if (this.addresses.size >= maxAddresses) this.addresses.delete(this.addresses.keys().next().value!);
    this.addresses.set(network, visits);
    return visits;
  }
}

const limited = (message: string, retryAfterMs: number): RapportError =>
  new RapportError('rate_limited', message, { retryAfterMs });

/** Who gets an IPv6 address gets 2^64 of them (RFC 6177): the /64 counts. An IPv4 address in IPv6 form is itself. */
export function networkOf(address: string): string {
  const ipv4 = address.replace(/^::ffff:/i, '');
  if (isIPv4(ipv4)) return ipv4;
  const [left = '', right] = address.toLowerCase().split('%', 1)[0]!.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const zeros = right === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...tail];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
