import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
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
}
