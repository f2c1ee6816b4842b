export default {
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts'],
  // ms; most tests start real programs, and three suites run at once on two cores, or slower ones: it only ends what hangs
  testTimeout: 300_000,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } },
    ],
  },
};
