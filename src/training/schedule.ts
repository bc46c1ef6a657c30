import type { TrainingConfig } from '../config/schema.js';

/**
 * The learning rate of a step, counted from 0: the schedule's rate times the warm-up's factor. A warm-up longer than the
 * training is cut to its length; milestones beyond its end are never reached.
 */
export function learningRateAt(
  step: number,
  {
    learningRate,
    steps,
    warmup,
    schedule,
  }: Pick<TrainingConfig, 'learningRate' | 'steps' | 'warmup' | 'schedule'>,
): number {
  const warmupSteps = Math.min(warmup.steps, steps);
  const warming = step < warmupSteps ? warmup.factor + ((1 - warmup.factor) * step) / warmupSteps : 1;
  return learningRate * warming * scheduleFactor(step, steps, schedule);
}

function scheduleFactor(step: number, steps: number, schedule: TrainingConfig['schedule']): number {
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'multi-step':
      return schedule.gamma ** schedule.milestones.filter((milestone) => milestone <= step).length;
    case 'cosine':
      return (1 + Math.cos((Math.PI * step) / steps)) / 2;
  }
}
