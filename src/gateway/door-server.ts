import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { TlsConfig } from '../config/tls-config';
import type { GatewayOptions } from './gateway-options';

type ServerOptions = Pick<GatewayOptions, 'headersTimeoutMs' | 'requestTimeoutMs' | 'maxSockets'>;

/** Express on a server with our bounds: Nest sets none, and Node lets a head of a request take a minute. */
export class DoorServer extends ExpressAdapter {
  constructor(
    private readonly bounds: ServerOptions,
    /** Undefined: plain HTTP. */
    private readonly tls: TlsConfig | undefined,
  ) {
    super();
  }

  override initHttpServer(): void {
    const { headersTimeoutMs, requestTimeoutMs, maxSockets } = this.bounds;
    const options = {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // How long after its time a slow one may live on.
      connectionsCheckingInterval: Math.ceil(headersTimeoutMs / 10),
    };
    this.httpServer =
      this.tls === undefined
        ? createServer(options, this.getInstance())
        : createTlsServer({ ...options, ...this.tls, handshakeTimeout: headersTimeoutMs }, this.getInstance());
    this.httpServer.maxConnections = maxSockets;
  }
}
