/** Types are checked by `npm run check`; swc only strips them here. */
module.exports = {
  roots: ['<rootDir>/src', '<rootDir>/packages', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  transform: {
    '^.+\\.ts$': [
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
  },
  moduleNameMapper: {
    '^@rapport-live/protocol$': '<rootDir>/packages/protocol/src',
    '^@rapport-live/client$': '<rootDir>/packages/client/src',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/packages/.*/dist', '<rootDir>/.rapport'],
  testEnvironment: 'node',
  reporters: ['default', '<rootDir>/test/support/plain-line-reporter.cjs'],
  testTimeout: 20000,
  maxWorkers: 2,
};
