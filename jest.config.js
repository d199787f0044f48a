const leftOut = require('./test/left-out.js');
const long = require('./test/long.js');

/** TEST_PART: "short" is what npm test runs, "long" the rest; without it all of both. */
const { GALERA, TEST_ENGINE, TEST_PART } = process.env;

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  ...(TEST_PART === 'long'
    ? { testRegex: long.map((part) => `${part}.*\\.test\\.ts$`) }
    : { testMatch: ['**/*.test.ts'] }),
  testPathIgnorePatterns: [
    '/node_modules/',
    // Starts clusters, and pulls their cables: npm run test:galera.
    ...(GALERA === undefined ? ['/test/galera/'] : []),
    ...(TEST_PART === 'short' ? long : []),
    ...(TEST_ENGINE === undefined ? [] : leftOut(TEST_ENGINE))
      .filter(({ test }) => test === undefined)
      .map(({ file }) => `<rootDir>/${file}`),
  ],
  transform: {
    '^.+\\.(t|j)s$': [
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
  // jose, age-encryption and what it builds on are published as ES modules alone; jest runs CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!(jose|age-encryption|@noble|@scure)/)'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: 120_000,
  maxWorkers: 2,
};
