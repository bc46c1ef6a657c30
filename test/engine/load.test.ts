import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../../src/engine/load.js';
import { tf } from '../../src/engine/tf.js';
import { UserError } from '../../src/errors.js';
import { useEngine, useReferenceGradients } from '../support/engine.js';

beforeAll(useEngine);

describe('loadEngine', () => {
  it('tells what it loaded', async () => {
    expect(await loadEngine()).toMatchObject({ threads: 2, precision: 'float32' });
    expect((await loadEngine()).tensorflow).toMatch(/^2\.\d+\.\d+/);
  });

  it('computes', () => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    expect([...tf.matMul(x, x).dataSync()]).toEqual([7, 10, 15, 22]);
  });

  it('gives the same engine again, and refuses other settings', async () => {
    const first = await loadEngine();
    expect(await loadEngine({ threads: 2, precision: 'float32' })).toBe(first);
    await expect(loadEngine({ threads: 3 })).rejects.toThrow(UserError);
    await expect(loadEngine({ precision: 'bf16' })).rejects.toThrow(
      /already loaded with 2 threads and float32/,
    );
  });

  it('registers its backend with the one tfjs-core that CommonJS modules get, too', () => {
    const required: typeof tf = createRequire(import.meta.url)('@tensorflow/tfjs-core');
    expect(required.Tensor).toBe(tf.Tensor);
    expect(required.engine()).toBe(tf.engine());
    expect(required.getBackend()).toBe('tensorflow');
  });

  it('has the chained methods that kernels of tfjs-node call', () => {
    expect([...tf.exp(tf.tensor1d([0, 1], 'int32')).dataSync()][1]).toBeCloseTo(Math.E, 6);
    expect([...tf.argMax(tf.tensor1d([false, true], 'bool')).dataSync()]).toEqual([1]);
  });
});

describe('useReferenceGradients', () => {
  it('lets tf.grad differentiate operations of tfjs-core', async () => {
    await useReferenceGradients();
    const gradient = tf.grad((x: InstanceType<typeof tf.Tensor>) => tf.sum(tf.square(x)));
    expect([...gradient(tf.tensor1d([1, -2])).dataSync()]).toEqual([2, -4]);
    expect(tf.getBackend()).toBe('tensorflow');
  });
});
