// `npm run build` and all that builds first: makes the dashboard of web/ in dist/web, when it is not there or older than its
// sources. `--force` makes it anyway.
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = ['web', 'package-lock.json'];
const MADE = join(root, 'dist/web');

/** Vite is loaded only when there is something to build. Rejects with what is wrong in the sources. */
export async function buildWeb(force = false) {
  const sourcesMs = Math.max(...SOURCES.map((name) => changedMs(join(root, name))));
  if (!force && changedMs(join(MADE, 'index.html')) > sourcesMs) return;
  const { build } = await import('vite');
  // beside it, and then in its place: whoever reads it meanwhile, or builds it too, finds it whole
  const [outDir, before] = [`${MADE}-${process.pid}`, `${MADE}-before-${process.pid}`];
  await build({ root: join(root, 'web'), logLevel: 'warn', build: { outDir } });
  renameIfThere(MADE, before);
  try {
    renameSync(outDir, MADE);
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST' && error.code !== 'EPERM') throw error;
    rmSync(outDir, { recursive: true }); // another was quicker, with the same
  }
  rmSync(before, { recursive: true, force: true });
}

function renameIfThere(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

/** Of a file, or of the newest within a folder; 0: there is none. */
function changedMs(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => changedMs(join(path, name))));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await buildWeb(process.argv.includes('--force'));
