import type { IncomingMessage } from 'node:http';
import { RapportError, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX, errorSpec } from '@rapport-live/protocol';
import { parseTraceparent, type TraceContext } from '../facts/trace-context';
import type { Seat, Seats } from './admission/seats';
import type { BrowserTokens } from './auth/browser-tokens';
import { type Credential, subprotocolsOf, upgradeCredential } from './auth/credential';
import type { Doorkeeper } from './auth/doorkeeper';
import type { Principal } from './auth/principal';
import { requireEndpointRight, requireForeignDoorRight } from './auth/rights';
import type { ForeignDoor } from './foreign-door';

/** Where the door is. */
export const STREAM_PATH = '/v1/stream';

export interface Admitted {
  readonly ok: true;
  readonly principal: Principal;
  readonly seat: Seat;
  /** Of the caller; undefined when it sent none, or no valid one. */
  readonly trace: TraceContext | undefined;
}

export interface Refused {
  readonly ok: false;
  readonly error: unknown;
  /** A page cannot read the answer to a refused upgrade: it is let in, told, and closed. */
  readonly afterUpgrade: boolean;
}

export type Admission = Admitted | Refused;

/** At most this much of a peer's header is echoed. */
const MAX_ECHO = 64;

/**
 * Decides at the HTTP upgrade whether a connection may exist at all, before a WebSocket is made. Its seat is taken, and a
 * browser token used up, in the step that admits it: a refusal takes nothing.
 */
export class UpgradePolicy {
  private closing = false;

  constructor(
    private readonly doorkeeper: Doorkeeper,
    private readonly seats: Seats,
    private readonly tokens: BrowserTokens,
  ) {}

  /** From now on every upgrade is refused with `server_shutdown`. */
  beginShutdown(): void {
    this.closing = true;
  }

  /** Admitted before, and not yet let in: it comes too late. */
  get isClosing(): boolean {
    return this.closing;
  }

  /** Whoever was let in by this request then said what is no message of the protocol, and had no session to lose. */
  noise(request: IncomingMessage): void {
    this.doorkeeper.noise(this.doorkeeper.addressOf(request));
  }

  /** At once, but for a JWT, whose verification takes a while. Never throws, never rejects. */
  admit(request: IncomingMessage): Admission | Promise<Admission> {
    let credential: Credential = { kind: 'none' };
    const refused = (error: unknown): Refused => ({ ok: false, error, afterUpgrade: isForPages(credential, error) });
    try {
      const address = this.doorkeeper.addressOf(request);
      this.doorkeeper.knock(address);
      const offered = requireOurs(request);
      credential = upgradeCredential(request, offered);
      this.requireOpen();
      const found = this.doorkeeper.identify(request, credential, address);
      const enter = (principal: Principal): Admission => {
        this.requireOpen(); // again: a JWT took its while
        requireEndpointRight(principal, 'GET', STREAM_PATH);
        return this.enter(request, credential, address, principal);
      };
      return found instanceof Promise ? found.then(enter).catch(refused) : enter(found);
    } catch (error) {
      return refused(error);
    }
  }

  /** The same at the door of another protocol, which knows how its callers prove who they are. */
  admitForeign(request: IncomingMessage, door: ForeignDoor): Admission | Promise<Admission> {
    const refused = (error: unknown): Refused => ({ ok: false, error, afterUpgrade: false });
    try {
      const address = this.doorkeeper.addressOf(request);
      this.doorkeeper.knock(address);
      this.requireOpen();
      const found = this.doorkeeper.identifyBy(request, address, (byKey) => door.identify(request, byKey));
      const enter = (principal: Principal): Admission => {
        this.requireOpen();
        requireForeignDoorRight(principal, door.path);
        return this.enter(request, { kind: 'none' }, address, principal);
      };
      return found instanceof Promise ? found.then(enter).catch(refused) : enter(found);
    } catch (error) {
      return refused(error);
    }
  }

  private enter(request: IncomingMessage, credential: Credential, address: string, principal: Principal): Admission {
    const seat = this.seats.take(principal.tenant, address);
    if (credential.kind === 'token') this.tokens.use(credential.text);
    const { traceparent } = request.headers;
    const trace = parseTraceparent(typeof traceparent === 'string' ? traceparent : undefined);
    return { ok: true, principal, seat, trace };
  }

  private requireOpen(): void {
    if (this.closing) throw new RapportError('server_shutdown', 'The service is shutting down.');
  }
}

/** With a token all but what the page itself did wrong; what stands against floods stays cheap. */
function isForPages(credential: Credential, error: unknown): boolean {
  return credential.kind === 'token' && error instanceof RapportError && errorSpec(error.code).close !== undefined;
}

/** Without the query. */
export const pathOf = ({ url = '' }: Pick<IncomingMessage, 'url'>): string => url.split('?', 1)[0]!;

/** Path and subprotocol; returns what was offered. */
function requireOurs(request: IncomingMessage): string[] {
  const path = pathOf(request);
  if (path !== STREAM_PATH) {
    throw new RapportError('unknown_path', `There is no WebSocket at ${JSON.stringify(path.slice(0, MAX_ECHO))}.`);
  }
  const offered = subprotocolsOf(request);
  if (offered.includes(SUBPROTOCOL)) return offered;
  throw new RapportError(
    'unsupported_subprotocol',
    `Offered subprotocols: ${named(offered)}; this service speaks "${SUBPROTOCOL}".`,
  );
}

/** Names of subprotocols for a sentence; a token among them is no name. */
function named(offered: readonly string[]): string {
  const names = offered.filter((name) => !name.startsWith(TOKEN_SUBPROTOCOL_PREFIX));
  return names.length === 0 ? 'none' : names.map((name) => JSON.stringify(name.slice(0, MAX_ECHO))).join(', ');
}
