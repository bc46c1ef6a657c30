import { defineConfig } from 'vitest/config';

/** Tests of pages in a real browser, which `npm test` does without: `npm run test:browser`. */
export default defineConfig({
  test: { include: ['test/**/*.browser.ts'], testTimeout: 120_000, hookTimeout: 60_000 },
});
