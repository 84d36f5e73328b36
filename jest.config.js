// Tests run against the TypeScript sources, so that a stale build can't lie; only `system` uses the built packages, in real processes.

const sourcesOfPackages = {
  '^@dinemic/core/testing$': '<rootDir>/packages/core/testing/index.ts',
  '^@dinemic/core/native$': '<rootDir>/packages/core/src/keys/native.ts',
  '^@dinemic/([a-z]+)$': '<rootDir>/packages/$1/src/index.ts',
  // Our sources import './x.js' and have './x.ts'; what is inside node_modules has only the .js.
  '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js']
}

/** One compiler for all; `decorators` says which dialect, and reaches the tests as the global DECORATORS. */
function project (displayName, decorators, options) {
  const legacy = decorators !== 'standard'
  const transform = legacy
    ? { legacyDecorator: true, decoratorMetadata: decorators === 'legacy' }
    : { decoratorVersion: '2022-03' }
  const compiler = {
    swcrc: false,
    sourceMaps: 'inline',
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { ...transform, useDefineForClassFields: true, verbatimModuleSyntax: true },
      keepClassNames: true
    }
  }
  return {
    displayName,
    rootDir: import.meta.dirname,
    testEnvironment: 'node',
    setupFiles: ['<rootDir>/tools/many-copies.js'],
    extensionsToTreatAsEsm: ['.ts'],
    moduleNameMapper: sourcesOfPackages,
    transform: { '\\.ts$': ['@swc/jest', compiler] },
    testPathIgnorePatterns: ['/node_modules/', '/dist/'],
    globals: { DECORATORS: decorators },
    ...options
  }
}

const decoratorSuite = { testMatch: ['<rootDir>/packages/orm/test/decorators/**/*.test.ts'] }

export default {
  maxWorkers: 2,
  // Nothing is measured by it; on a busy machine all takes several times as long.
  testTimeout: 30_000,
  projects: [
    project('unit', 'legacy', {
      testMatch: ['<rootDir>/packages/*/test/**/*.test.ts', '<rootDir>/docs/**/*.test.ts', '<rootDir>/tools/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/dist/', '<rootDir>/packages/node/test/system/']
    }),
    project('standard-decorators', 'standard', decoratorSuite),
    project('legacy-no-metadata', 'legacy-no-metadata', decoratorSuite),
    project('system', 'legacy', {
      testMatch: ['<rootDir>/packages/node/test/system/**/*.test.ts', '<rootDir>/examples/**/*.test.ts'],
      // They measure time-outs and kill processes: one file at a time, while nothing else runs.
      runner: '<rootDir>/tools/serial-runner.js',
      setupFilesAfterEnv: ['<rootDir>/tools/long-timeout.js']
    })
  ]
}
