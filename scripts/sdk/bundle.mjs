// The client as browsers load it: one ES module with the codec of packages/protocol in it, and without zod; what takes
// recordings apart is a second one, which the first loads when it is wanted.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { pageErrors } from './page-errors.mjs';

/** Of connecting, microphone and camera: what every page loads. */
export const MAX_GZIPPED_BYTES = 15_000;

const FOLDER = 'packages/client/dist';
const shared = {
  bundle: true,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  minify: true,
  sourcemap: true,
  write: false,
  metafile: true,
  logLevel: 'error',
};
const PROTOCOL = '@rapport-live/protocol';
const external = (filter, path) => ({
  name: `external ${path}`,
  setup: ({ onResolve }) => void onResolve({ filter }, () => ({ path, external: true })),
});
/** `ws` stays where Node is: in browsers the same name comes from another file. */
const inBrowsers = {
  name: 'in browsers',
  setup: ({ onResolve, resolve }) =>
    void onResolve({ filter: /^\.\/ws-transport$/ }, ({ resolveDir, importer, kind }) =>
      resolve('./web-transport', { resolveDir, importer, kind }),
    ),
};

/** @returns {Promise<{ files: { path: string, contents: Uint8Array }[], inputs: string[], gzippedBytes: number }>} */
export async function bundle() {
  const page = await build({
    ...shared,
    entryPoints: ['packages/client/src/index.ts'],
    outfile: `${FOLDER}/browser.mjs`,
    alias: { [PROTOCOL]: './packages/protocol/src/index.ts' },
    plugins: [inBrowsers, pageErrors, external(/^\.\/stream-file\.js$/, './browser-file.mjs')],
  });
  const file = await build({
    ...shared,
    entryPoints: ['packages/client/src/file/stream-file.ts'],
    outfile: `${FOLDER}/browser-file.mjs`,
    // Its errors are those of the page's module.
    plugins: [external(new RegExp(`^${PROTOCOL}$`), './browser.mjs')],
  });
  const code = page.outputFiles.find(({ path }) => path.endsWith('.mjs'));
  const inputs = [page, file].flatMap(({ metafile: { outputs } }) =>
    Object.values(outputs).flatMap((output) => Object.entries(output.inputs)),
  );
  return {
    files: [...page.outputFiles, ...file.outputFiles],
    inputs: inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    gzippedBytes: gzipSync(code.contents, { level: 9 }).byteLength,
  };
}

/** What is wrong with it, as sentences. */
export function faultsOf({ inputs, gzippedBytes }) {
  const foreign = inputs.filter((path) => !/^packages\/(client|protocol)\/src\//.test(path));
  const faults = foreign.map((path) => `the browser bundle contains ${path}: only our own code belongs into it.`);
  if (gzippedBytes > MAX_GZIPPED_BYTES) {
    faults.push(`the browser bundle has ${gzippedBytes} bytes gzipped, more than ${MAX_GZIPPED_BYTES}.`);
  }
  return faults;
}
