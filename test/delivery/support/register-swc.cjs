/** Lets a child process of a test require the TypeScript sources, compiled as Jest compiles them. */
const { transformFileSync } = require('@swc/core');
const Module = require('node:module');
const { join } = require('node:path');

const [[, options]] = Object.values(require('../../../jest.config.cjs').transform);
const protocol = join(__dirname, '../../../packages/protocol/src/index.ts');

// `import()` stays what it is: it is how CommonJS reaches an ES module.
const compiled = { ...options, module: { ...options.module, ignoreDynamic: true }, swcrc: false };
require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, compiled).code, file);

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  return request === '@rapport-live/protocol' ? protocol : resolve.call(this, request, ...rest);
};
