import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The engine is a native library of process-wide state: each file gets a process, two at a time.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
