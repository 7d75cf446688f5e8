// How tests run: one PostgreSQL for all, a database cloned for each file, a few files at a time. `src` is loaded as it ships, compiled.
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { compiledImport, compileForTests } from './tests/kit/compiled.ts';
import { LongestFirst } from './tests/kit/longest-first.ts';

export default defineConfig({
  plugins: [{ name: 'compiled', enforce: 'pre', configureServer: compileForTests, resolveId: compiledImport }],
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/kit/global-setup.ts'],
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    server: { deps: { external: [/\/dist\.tests\//] } },
    // One more than there are cores: many tests wait for most of their time, for a browser, a server or a clock.
    maxWorkers: Math.min(availableParallelism() + 1, 6),
    // Generous: a busy machine is slow, a broken program is caught by what the tests say.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    teardownTimeout: 20_000,
  },
});
