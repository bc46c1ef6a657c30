import { beforeAll } from 'vitest';
import { loadEngine } from '../../src/engine/load.js';

/** Loads the engine before the tests of a file. */
export function useEngine(): void {
  beforeAll(async () => {
    await loadEngine();
  });
}
