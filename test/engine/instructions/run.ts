import { describe, expect, it } from 'vitest';
import type { Instructions } from '../../../src/engine/own-kernels.js';
import { UserError } from '../../../src/errors.js';
import { useEngine } from '../../support/engine.js';

/**
 * Runs the tests of our own kernels once more with an instruction set; where the processor doesn't have it, a test that
 * it is refused.
 */
export async function runKernelTests(instructions: Instructions): Promise<void> {
  process.env.ATTO_INSTRUCTIONS = instructions;
  try {
    await useEngine();
  } catch (error) {
    it(`${instructions} is refused, since the processor doesn't have it`, () => {
      expect(error).toBeInstanceOf(UserError);
    });
    return;
  }
  it(`is in use: ${instructions}`, async () => {
    expect((await useEngine()).instructions).toBe(instructions);
  });
  for (const ops of ['batch-norm', 'convolution', 'matmul', 'roi-align', 'winograd']) {
    describe(ops, async () => {
      await import(`../ops/${ops}.test.ts`);
    });
  }
}
