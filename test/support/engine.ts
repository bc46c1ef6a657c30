import { type Engine, loadEngine } from '../../src/engine/load.js';

/**
 * Loads the engine for a file of tests: `beforeAll(useEngine)`. Two threads, as the machines of CI have.
 */
export async function useEngine(): Promise<Engine> {
  return loadEngine({ threads: 2 });
}

/**
 * Gives tfjs-core its own gradients, so that `tf.grads` of its composites can be a reference for ours:
 * `beforeAll(useReferenceGradients)`. Only for tests that compare with them: a gradient missing from `src` goes
 * unnoticed in a file of tests that calls this.
 */
export async function useReferenceGradients(): Promise<void> {
  await useEngine();
  await import('@tensorflow/tfjs');
}
