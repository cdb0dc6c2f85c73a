import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(__dirname, '../../../.rapport/kafka');
const MIN_JAVA = 17;
const FETCH_TIMEOUT_MS = 180_000;

export type Available = { readonly ok: true; readonly jars: string } | { readonly ok: false; readonly reason: string };

let found: Available | undefined;

/**
 * Whether a broker can be started here. Fetches the jars (65 MB) with Maven the first time and keeps them under
 * `.rapport/kafka`; one rename puts them in place, so a broken fetch leaves nothing.
 */
export function kafkaAvailable(): Available {
  return (found ??= look());
}

/** The version of pom.xml. */
export function kafkaVersion(): string {
  return /<kafka.version>(.+)<\/kafka.version>/.exec(readFileSync(join(__dirname, 'pom.xml'), 'utf8'))![1]!;
}

function look(): Available {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (java.error !== undefined) return { ok: false, reason: 'no java' };
  const version = Number(/version "(\d+)/.exec(java.stderr)?.[1] ?? 0);
  if (version < MIN_JAVA) return { ok: false, reason: `java ${version}, needs ${MIN_JAVA}` };
  const jars = join(CACHE, kafkaVersion());
  if (existsSync(jars)) return { ok: true, jars };
  return fetchJars(jars);
}

function fetchJars(jars: string): Available {
  mkdirSync(CACHE, { recursive: true });
  const partial = mkdtempSync(join(CACHE, 'partial-'));
  try {
    const to = [`-DincludeScope=runtime`, `-DoutputDirectory=${join(partial, 'jars')}`];
    const args = ['-B', '-ntp', '-q', '-f', join(__dirname, 'pom.xml'), 'dependency:copy-dependencies', ...to];
    const maven = spawnSync('mvn', args, { encoding: 'utf8', timeout: FETCH_TIMEOUT_MS });
    if (maven.error !== undefined && 'code' in maven.error && maven.error.code === 'ENOENT')
      return { ok: false, reason: 'no mvn' };
    if (maven.status !== 0) return { ok: false, reason: `mvn could not fetch the jars: ${maven.stdout.slice(0, 200)}` };
    try {
      renameSync(join(partial, 'jars'), jars);
    } catch (error) {
      if (!existsSync(jars)) throw error; // else another process put the same jars there first
    }
    return { ok: true, jars };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
