import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, RapportError } from '@rapport-live/protocol';
import type { ClientAddress } from '../admission/client-address';
import type { Throttle } from '../admission/throttle';
import type { Authenticator } from './authenticator';
import type { Credential } from './credential';
import type { OriginPolicy } from './origins';
import type { Principal } from './principal';

/** At most this much of a peer's header is echoed. */
const MAX_ECHO = 64;

/** RFC 9110, section 9.2.1: they change nothing. */
const SAFE_METHODS = ['GET', 'HEAD'];
/** Not the fault of who asks; a log-in that is over is that of everybody who went home. */
const NO_GUESSES: readonly ErrorCode[] = ['overloaded', 'login_expired'];

/** Whose API key or JWT it is. Throws or rejects as `Doorkeeper.identify`. */
export type ByKey = (key: string) => Principal | Promise<Principal>;

/** Whoever comes in, by an upgrade or by a request, comes past here: how often, who, and from which page. */
export class Doorkeeper {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly origins: OriginPolicy,
    private readonly throttle: Throttle,
    private readonly addresses: ClientAddress,
  ) {}

  /** Whether the client speaks TLS, to us or to a trusted proxy. */
  isSecure(request: IncomingMessage): boolean {
    return this.addresses.isSecure(request);
  }

  /** A failed proof of who one is, told by who looked at it. */
  failed(address: string): void {
    this.throttle.failed(address);
  }

  /**
   * Whether a page that browsers send cookies from may ask this: no Origin comes with what a browser merely reads of its own
   * host, and with what no browser sends. Throws RapportError `forbidden`.
   */
  requireOwnPage(request: IncomingMessage, needsOrigin: boolean): void {
    const { host, origin } = request.headers;
    if (origin === undefined ? !needsOrigin : this.origins.isOwn({ origin, host })) return;
    const shown =
      origin === undefined ? 'without the header Origin' : `of ${JSON.stringify(origin.slice(0, MAX_ECHO))}`;
    throw new RapportError('forbidden', `A log-in is not taken from a request ${shown}.`);
  }

  addressOf(request: IncomingMessage): string {
    return this.addresses.of(request);
  }

  /** What came from this address made no sense. */
  noise(address: string): void {
    this.throttle.noise(address);
  }

  /** The same of a connection that never came to a request. */
  noiseOf(socket: Pick<Socket, 'remoteAddress'>): void {
    const address = this.addresses.ofSocket(socket);
    if (address !== undefined) this.throttle.noise(address);
  }

  /** A connection that need not be read: its address has made too much noise. */
  isNoisy(socket: Pick<Socket, 'remoteAddress'>): boolean {
    const address = this.addresses.ofSocket(socket);
    return address !== undefined && this.throttle.isNoisy(address);
  }

  /** Counts the visit; throws RapportError `rate_limited`. Before anything else is looked at. */
  knock(address: string): void {
    this.throttle.knock(address);
  }

  /** Throws or rejects with RapportError `unauthorized`, `forbidden` for its origin, or `overloaded`. */
  identify(request: IncomingMessage, credential: Credential, address: string): Principal | Promise<Principal> {
    return this.noted(address, () => this.welcome(request, credential, address));
  }

  /**
   * The same at a door whose callers prove themselves in a way of its own. `prove` throws or rejects with RapportError;
   * given an API key, it hands it on.
   */
  identifyBy(
    request: IncomingMessage,
    address: string,
    prove: (byKey: ByKey) => Principal | Promise<Principal>,
  ): Principal | Promise<Principal> {
    return this.noted(address, () => prove((text) => this.welcome(request, { kind: 'bearer', text }, address)));
  }

  private welcome(request: IncomingMessage, credential: Credential, address: string): Principal | Promise<Principal> {
    const { host, origin } = request.headers;
    const fromThere = (principal: Principal): Principal => {
      if (this.origins.allows({ origin, host, bound: principal.origins })) return principal;
      const shown = JSON.stringify((origin ?? '').slice(0, MAX_ECHO));
      throw new RapportError('forbidden', `Pages of ${shown} may not connect.`);
    };
    if (credential.kind === 'login') this.requireOwnPage(request, !SAFE_METHODS.includes(request.method ?? ''));
    const found = this.authenticator.identify(credential, { address, host });
    return found instanceof Promise ? found.then(fromThere) : fromThere(found);
  }

  /** A failed proof counts against its address. */
  private noted(address: string, identify: () => Principal | Promise<Principal>): Principal | Promise<Principal> {
    const note = (error: unknown): never => {
      if (error instanceof RapportError && !NO_GUESSES.includes(error.code)) this.throttle.failed(address);
      throw error;
    };
    try {
      const found = identify();
      return found instanceof Promise ? found.catch(note) : found;
    } catch (error) {
      return note(error);
    }
  }
}
