import { type AddressInfo, createServer, isIPv4, type Server, type Socket } from 'node:net';
import { RapportError } from '@rapport-live/protocol';
import type { AudioSocketConfig } from '../../config/doors-config';
import type { Seats } from '../../gateway/admission/seats';
import type { Doorkeeper } from '../../gateway/auth/doorkeeper';
import type { Principal } from '../../gateway/auth/principal';
import type { DoorMeter } from '../../facts/door-meter';
import type { GatewayOptions } from '../../gateway/gateway-options';
import type { DoorCalls } from '../door-calls';
import type { LineEvents } from '../door-line';
import { AudioSocketConnection, type ConnectionBounds } from './audio-socket-connection';

export interface AudioSocketParts extends LineEvents {
  readonly calls: DoorCalls;
  readonly seats: Pick<Seats, 'take'>;
  readonly doorkeeper: Pick<Doorkeeper, 'knock'>;
  readonly meter: DoorMeter;
  readonly options: ConnectionBounds & Pick<GatewayOptions, 'maxSockets'>;
}

/**
 * Asterisk's AudioSocket: a TCP port of its own. The protocol has neither keys nor encryption: who may connect is said by
 * address, and all its calls are one tenant's.
 */
export class AudioSocketServer {
  private readonly server: Server;
  private readonly connections = new Set<AudioSocketConnection>();
  private readonly principal: Principal;

  constructor(
    private readonly config: AudioSocketConfig,
    private readonly parts: AudioSocketParts,
  ) {
    this.principal = { tenant: config.tenant, scopes: new Set(['ingest']) };
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket));
    this.server.maxConnections = parts.options.maxSockets;
  }

  /** Resolves once it takes calls. Rejects with RapportError `port_in_use` or `config_invalid`. */
  async listen(): Promise<void> {
    const { port, host } = this.config;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (cause: NodeJS.ErrnoException) => reject(refusal(port, host, cause)));
      this.server.listen(port, host, resolve);
    });
  }

  /** That it listens on. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** No new calls; those that are left are hung up. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const connection of this.connections) connection.hangUp();
    await closed;
  }

  private accept(socket: Socket): void {
    const { calls, seats, doorkeeper, options: bounds, meter, onFault, onOwnFault } = this.parts;
    const parts = { calls, party: this.config.party, bounds, meter, onFault, onOwnFault };
    const connection = new AudioSocketConnection(socket, this.principal, parts);
    this.connections.add(connection);
    socket.on('close', () => this.connections.delete(connection));
    connection.admit(() => {
      const address = socket.remoteAddress ?? '';
      doorkeeper.knock(address);
      this.requireAllowed(address);
      return seats.take(this.principal.tenant, address);
    });
  }

  private requireAllowed(address: string): void {
    const { allow } = this.config;
    const ipv4 = address.replace(/^::ffff:/i, '');
    if (isIPv4(ipv4) ? allow.check(ipv4) : allow.check(address, 'ipv6')) return;
    throw new RapportError('forbidden', 'The address is none of RAPPORT_AUDIOSOCKET_ALLOW.');
  }
}

function refusal(port: number, host: string, cause: NodeJS.ErrnoException): RapportError {
  if (cause.code === 'EADDRINUSE') {
    return new RapportError('port_in_use', `RAPPORT_AUDIOSOCKET_PORT ${port} on ${host} is in use.`, { cause });
  }
  const sentence = `RAPPORT_AUDIOSOCKET_HOST ${host} cannot be used (${cause.code}).`;
  return new RapportError('config_invalid', sentence, { cause });
}
