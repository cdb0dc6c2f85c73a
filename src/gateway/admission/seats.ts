import { RapportError } from '@rapport-live/protocol';
import { networkOf } from './throttle';

/** How many connections there may be. */
export interface SeatLimits {
  /** Of everyone, with or without a session. */
  readonly maxConnections: number;
  /** Of one tenant; absent: as many as there are. */
  readonly maxTenantConnections?: number;
  /** Without a session, of one address. */
  readonly maxUnstartedPerAddress: number;
}

/** The place of one connection, taken before its socket is made. Both are idempotent. */
export interface Seat {
  /** It has a session, or observes one. */
  started(): void;
  /** The connection is gone. */
  free(): void;
}

/** A place comes free when a connection ends or starts: soon, but nobody knows when. */
const RETRY_AFTER_MS = 1000;

/** Connections by tenant and by address. Checked and taken in one synchronous step, so that two cannot have one place. */
export class Seats {
  private taken = 0;
  private readonly byTenant = new Counts();
  private readonly unstarted = new Counts();

  constructor(private readonly limits: SeatLimits) {}

  get count(): number {
    return this.taken;
  }

  /** Throws RapportError `too_many_sessions` or `quota_exceeded`; nothing is taken then. */
  take(tenant: string, address: string): Seat {
    const { maxConnections, maxTenantConnections = Infinity, maxUnstartedPerAddress } = this.limits;
    const network = networkOf(address);
    if (this.taken >= maxConnections) {
      throw full('too_many_sessions', `All ${maxConnections} connections are taken.`);
    }
    if (this.byTenant.of(tenant) >= maxTenantConnections) {
      throw full('quota_exceeded', `The tenant has all of its ${maxTenantConnections} connections.`);
    }
    if (this.unstarted.of(network) >= maxUnstartedPerAddress) {
      throw full('quota_exceeded', `${maxUnstartedPerAddress} connections of this address have no session yet.`);
    }
    this.taken += 1;
    this.byTenant.add(tenant, 1);
    this.unstarted.add(network, 1);
    const started = once(() => this.unstarted.add(network, -1));
    const free = once(() => {
      started();
      this.taken -= 1;
      this.byTenant.add(tenant, -1);
    });
    return { started, free };
  }
}

const full = (code: 'too_many_sessions' | 'quota_exceeded', message: string): RapportError =>
  new RapportError(code, message, { retryAfterMs: RETRY_AFTER_MS });

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}

/** How many of each; a name of which there is none is not kept. */
class Counts {
  private readonly counts = new Map<string, number>();

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  add(name: string, by: number): void {
    const count = this.of(name) + by;
    if (count === 0) this.counts.delete(name);
    else this.counts.set(name, count);
  }
}
