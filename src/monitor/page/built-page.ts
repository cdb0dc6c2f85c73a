import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

export const BUILT_PAGE = Symbol('BuiltPage');

export interface PageFile {
  readonly bytes: Buffer;
  readonly contentType: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The dashboard as `npm run build` leaves it: a page, and files whose names carry the hash of what is in them. Read once, about
 * 200 kB: nothing that is asked for ever becomes a path.
 */
export class BuiltPage {
  private constructor(
    /** Undefined: it was not built. */
    readonly html: Buffer | undefined,
    private readonly files: ReadonlyMap<string, PageFile>,
  ) {}

  /** @param folder default: beside the compiled service */
  static read(folder = builtFolder()): BuiltPage {
    const page = join(folder, 'index.html');
    if (!existsSync(page)) return new BuiltPage(undefined, new Map());
    const assets = join(folder, 'assets');
    const files = readdirSync(assets).flatMap((name): [string, PageFile][] => {
      const contentType = CONTENT_TYPES[extname(name)];
      return contentType === undefined ? [] : [[name, { bytes: readFileSync(join(assets, name)), contentType }]];
    });
    return new BuiltPage(readFileSync(page), new Map(files));
  }

  /** By name, without a folder. */
  file(name: string): PageFile | undefined {
    return this.files.get(name);
  }
}

/** From `dist/monitor/page` and from `src/monitor/page` alike. */
const builtFolder = (): string => join(__dirname, '../../../dist/web');
