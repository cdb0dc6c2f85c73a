/** Types are checked by `npm run check`; swc only strips them here. */
module.exports = {
  roots: ['<rootDir>/src', '<rootDir>/packages', '<rootDir>/web', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  transform: {
    // eld is an ES module, which Jest takes only when it is compiled too
    '(\\.ts|/node_modules/eld/.+\\.js)$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'commonjs' },
      },
    ],
    // An ES module too.
    '/node_modules/(jose|openid-client|oauth4webapi)/.+\\.js$': ['@swc/jest', { module: { type: 'commonjs' } }],
    // It imports `http` at run time, which Jest's sandbox refuses.
    '/otlp-exporter-base/.+\\.js$': ['@swc/jest', { module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!eld/|jose/|openid-client/|oauth4webapi/|@opentelemetry/otlp-exporter-base/)',
  ],
  moduleNameMapper: {
    '^eld/extrasmall$': '<rootDir>/node_modules/eld/src/entries/static.extrasmall.js',
    '^@rapport-live/protocol$': '<rootDir>/packages/protocol/src',
    '^@rapport-live/client$': '<rootDir>/packages/client/src',
    '^@rapport-live/consumer$': '<rootDir>/packages/consumer/src',
    // Loaded only when wanted: an import at run time names the compiled file.
    '^\\./open-telemetry\\.js$': '<rootDir>/src/ops/traces/open-telemetry.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/packages/.*/dist', '<rootDir>/.rapport'],
  testEnvironment: 'node',
  testSequencer: '<rootDir>/test/support/long-suites-first.cjs',
  reporters: ['default', '<rootDir>/test/support/plain-line-reporter.cjs'],
  testTimeout: 20000,
  runtime: '<rootDir>/test/support/shared-scripts-runtime.cjs',
  maxWorkers: 2,
};
