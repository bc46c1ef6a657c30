import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../src/training/sgd.js';

const base = {
  learningRate: 0.02,
  steps: 100,
  warmup: { steps: 0, factor: 0.001 },
  schedule: { kind: 'constant' as const },
};

describe('learningRateAt', () => {
  it('stays constant by default', () => {
    expect([0, 50, 99].map((step) => learningRateAt(step, base))).toEqual([0.02, 0.02, 0.02]);
  });

  it('warms up linearly from the factor', () => {
    const config = { ...base, warmup: { steps: 10, factor: 0.1 } };
    expect(learningRateAt(0, config)).toBeCloseTo(0.002, 12);
    expect(learningRateAt(5, config)).toBeCloseTo(0.011, 12);
    expect(learningRateAt(10, config)).toBe(0.02);
  });

  it('cuts a warm-up to the length of the training', () => {
    const config = { ...base, steps: 4, warmup: { steps: 1000, factor: 0 } };
    expect([0, 1, 2, 3].map((step) => learningRateAt(step, config))).toEqual([0, 0.005, 0.01, 0.015]);
  });

  it('falls at each milestone', () => {
    const schedule = { kind: 'multi-step' as const, milestones: [60, 80, 1000], gamma: 0.1 };
    const at = (step: number) => learningRateAt(step, { ...base, schedule });
    expect(at(59)).toBe(0.02);
    expect(at(60)).toBeCloseTo(0.002, 12);
    expect(at(99)).toBeCloseTo(0.0002, 12);
  });

  it('falls along half a cosine', () => {
    const at = (step: number) => learningRateAt(step, { ...base, schedule: { kind: 'cosine' } });
    expect(at(0)).toBe(0.02);
    expect(at(50)).toBeCloseTo(0.01, 12);
    expect(at(100)).toBeCloseTo(0, 12);
  });
});
