import type { IncomingMessage } from 'node:http';
import { RapportError, SUBPROTOCOL } from '@rapport-live/protocol';
import { parseTraceparent, type TraceContext } from '../facts/trace-context';
import { type ApiKeys, requireTenant } from './api-keys';

/** Where the door is. */
export const STREAM_PATH = '/v1/stream';

export interface Admitted {
  readonly tenant: string;
  /** Of the caller; undefined when it sent none, or no valid one. */
  readonly trace: TraceContext | undefined;
}

/**
 * Decides at the HTTP upgrade whether a connection may exist at all, before a WebSocket is made.
 * Synchronous, so that two upgrades cannot pass the same limit.
 */
export class UpgradePolicy {
  private closing = false;

  constructor(
    private readonly keys: ApiKeys,
    private readonly maxConnections: number,
  ) {}

  /** From now on every upgrade is refused with `server_shutdown`. */
  beginShutdown(): void {
    this.closing = true;
  }

  /** Returns who it is; throws RapportError with an HTTP status for the reply. */
  admit(request: IncomingMessage, openConnections: number): Admitted {
    if (this.closing) throw new RapportError('server_shutdown', 'The service is shutting down.');
    const path = (request.url ?? '').split('?', 1)[0];
    if (path !== STREAM_PATH)
      throw new RapportError('unknown_path', `There is no WebSocket at ${JSON.stringify(path)}.`);
    const offered = subprotocols(request);
    if (!offered.includes(SUBPROTOCOL)) {
      const what = offered.length === 0 ? 'none' : offered.map((p) => JSON.stringify(p)).join(', ');
      throw new RapportError(
        'unsupported_subprotocol',
        `Offered subprotocols: ${what}; this service speaks "${SUBPROTOCOL}".`,
      );
    }
    const tenant = requireTenant(this.keys, request);
    if (openConnections >= this.maxConnections) {
      throw new RapportError('too_many_sessions', `All ${this.maxConnections} connections are taken.`, {
        retryAfterMs: 1000,
      });
    }
    const { traceparent } = request.headers;
    return { tenant, trace: parseTraceparent(typeof traceparent === 'string' ? traceparent : undefined) };
  }
}

/** At most this much of a peer's header is echoed. */
const MAX_ECHO = 64;

function subprotocols(request: IncomingMessage): string[] {
  return (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((p) => p.trim().slice(0, MAX_ECHO))
    .filter((p) => p !== '');
}
