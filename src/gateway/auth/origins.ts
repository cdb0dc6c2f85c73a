/** Names of this machine, as URLs write them. */
const LOOPBACK_HOSTS = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** The host of a `Host` header is a name of this machine. */
export function isLoopbackHost(host: string | undefined): boolean {
  const url = host === undefined || !URL.canParse(`http://${host}`) ? undefined : new URL(`http://${host}`);
  return url !== undefined && LOOPBACK_HOSTS.test(url.hostname);
}

export interface OriginQuestion {
  /** Header `Origin`; absent: no browser asks, and nothing is to be kept from. */
  readonly origin: string | undefined;
  /** Header `Host`. */
  readonly host: string | undefined;
  /** Of the key or token: it may be shown from these alone. */
  readonly bound?: readonly string[];
}

/**
 * From which pages browsers may come (RFC 6454; RFC 6455 section 10.2). Configured: from the list, or anywhere by `*`.
 * By default from pages of the same host, and from where the holder of a key bound its token to. While the development
 * key holds, which everybody knows, from this machine alone: a page that resolves its own name to 127.0.0.1 has the
 * "same host" too.
 */
export class OriginPolicy {
  constructor(
    private readonly allowed: readonly string[] | '*' | undefined,
    private readonly developmentOnly: boolean,
  ) {}

  allows({ origin, host, bound }: OriginQuestion): boolean {
    if (origin === undefined) return true;
    if (bound !== undefined && !bound.includes(origin)) return false;
    if (this.allowed === '*') return true;
    if (this.allowed !== undefined) return this.allowed.includes(origin);
    if (bound !== undefined) return true;
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (url === undefined) return false;
    if (this.developmentOnly) return LOOPBACK_HOSTS.test(url.hostname);
    return isSameHost(url, host);
  }

  /**
   * What a browser's cookie is taken from, since browsers send it by themselves: pages of the same host, and those that the
   * operator listed one by one (OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Verifying Origin").
   */
  isOwn({ origin, host }: OriginQuestion): boolean {
    if (origin === undefined || !URL.canParse(origin)) return false;
    if (this.developmentOnly && !isLoopbackHost(host)) return false;
    if (Array.isArray(this.allowed) && this.allowed.includes(origin)) return true;
    return isSameHost(new URL(origin), host);
  }
}

const isSameHost = (page: URL, host: string | undefined): boolean =>
  host !== undefined && page.host === hostAs(page.protocol, host);

/** The host as an origin of this scheme has it: in small letters, without the scheme's own port. */
function hostAs(protocol: string, host: string): string | undefined {
  const text = `${protocol}//${host}`;
  return URL.canParse(text) ? new URL(text).host : undefined;
}
