/** Addresses of pages: `#/sessions/ID?at=12`. The service knows one page alone, whatever stands behind the `#`. Pure. */

export interface Route {
  /** As `/sessions/ID`. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
}

/** `:name` in a pattern takes one part of a path. */
export type Params = Readonly<Record<string, string>>;

export function readRoute(hash: string): Route {
  const text = hash.replace(/^#/, '');
  const cut = text.indexOf('?');
  const path = cut < 0 ? text : text.slice(0, cut);
  const query = new Map(new URLSearchParams(cut < 0 ? '' : text.slice(cut + 1)));
  return { path: path.startsWith('/') ? path : `/${path}`, query };
}

/** The values of a pattern's names where it is this path; undefined where it is another. */
export function paramsOf(pattern: string, path: string): Params | undefined {
  const [wanted, parts] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, name] of wanted.entries()) {
    const part = decoded(parts[i]!);
    if (part === undefined) return undefined;
    if (name.startsWith(':') && part !== '') params[name.slice(1)] = part;
    else if (name !== part) return undefined;
  }
  return params;
}

/** `hashOf('/sessions/:id', { id }, { at: '12' })`. What is undefined or empty in the query is left out. */
export function hashOf(pattern: string, params: Params = {}, query: Record<string, string | undefined> = {}): string {
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const kept = Object.entries(query).filter((pair): pair is [string, string] => (pair[1] ?? '') !== '');
  const text = new URLSearchParams(kept).toString();
  return `#${path}${text === '' ? '' : `?${text}`}`;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
