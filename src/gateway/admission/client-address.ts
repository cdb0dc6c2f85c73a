import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { RapportError } from '@rapport-live/protocol';
import proxyAddr from 'proxy-addr';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
export const isLoopback = (address: string): boolean => LOOPBACK.test(address);

/** Tells from where a request came; behind trusted proxies by their `X-Forwarded-For`, whose other entries are hearsay. */
export class ClientAddress {
  private readonly trusts: ((address: string, hop: number) => boolean) | undefined;

  /** Addresses, networks or `loopback`; none: nobody's word is taken. Throws RapportError `config_invalid`. */
  constructor(trustedProxies: readonly string[]) {
    try {
      this.trusts = trustedProxies.length === 0 ? undefined : proxyAddr.compile([...trustedProxies]);
    } catch (error) {
      throw new RapportError('config_invalid', `RAPPORT_TRUST_PROXY: ${(error as Error).message}.`);
    }
  }

  of(request: IncomingMessage): string {
    const direct = request.socket.remoteAddress ?? '';
    if (this.trusts === undefined) return direct;
    const told = proxyAddr(request, this.trusts);
    return isIP(told) === 0 ? direct : told;
  }

  /** Of a connection that has said nothing yet; undefined where it is that of a trusted proxy, and not the client's. */
  ofSocket({ remoteAddress }: Pick<Socket, 'remoteAddress'>): string | undefined {
    return remoteAddress === undefined || this.trusts?.(remoteAddress, 0) === true ? undefined : remoteAddress;
  }

  /** The client speaks TLS to us, or to a trusted proxy that says so in `X-Forwarded-Proto`. */
  isSecure({ socket, headers }: IncomingMessage): boolean {
    if ((socket as Partial<TLSSocket>).encrypted === true) return true;
    if (this.trusts === undefined || !this.trusts(socket.remoteAddress ?? '', 0)) return false;
    const [first = ''] = String(headers['x-forwarded-proto'] ?? '').split(',');
    return first.trim().toLowerCase() === 'https';
  }
}
