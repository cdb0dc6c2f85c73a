import type { IncomingMessage } from 'node:http';
import { RapportError } from '@rapport-live/protocol';
import type { ClientAddress } from '../admission/client-address';
import type { Throttle } from '../admission/throttle';
import type { Authenticator } from './authenticator';
import type { Credential } from './credential';
import type { OriginPolicy } from './origins';
import type { Principal } from './principal';

/** At most this much of a peer's header is echoed. */
const MAX_ECHO = 64;

/** Whoever comes in, by an upgrade or by a request, comes past here: how often, who, and from which page. */
export class Doorkeeper {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly origins: OriginPolicy,
    private readonly throttle: Throttle,
    private readonly addresses: ClientAddress,
  ) {}

  addressOf(request: IncomingMessage): string {
    return this.addresses.of(request);
  }

  /** Counts the visit; throws RapportError `rate_limited`. Before anything else is looked at. */
  knock(address: string): void {
    this.throttle.knock(address);
  }

  /** Throws or rejects with RapportError `unauthorized`, `forbidden` for its origin, or `overloaded`. */
  identify(request: IncomingMessage, credential: Credential, address: string): Principal | Promise<Principal> {
    const { host, origin } = request.headers;
    const welcome = (principal: Principal): Principal => {
      if (this.origins.allows({ origin, host, bound: principal.origins })) return principal;
      const shown = JSON.stringify((origin ?? '').slice(0, MAX_ECHO));
      throw new RapportError('forbidden', `Pages of ${shown} may not connect.`);
    };
    const noted = (error: unknown): never => {
      if (error instanceof RapportError && error.code !== 'overloaded') this.throttle.failed(address);
      throw error;
    };
    try {
      const found = this.authenticator.identify(credential, { address, host });
      return found instanceof Promise ? found.then(welcome).catch(noted) : welcome(found);
    } catch (error) {
      return noted(error);
    }
  }
}
