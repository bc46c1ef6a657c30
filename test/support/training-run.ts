import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { RunFolder } from '../../src/training/run-folder.js';
import { runTraining, type TrainingListener, type TrainingRun } from '../../src/training/train.js';

export const silent: TrainingListener<unknown> = {};

/** Trains until `step` is done, as if Ctrl-C were pressed then. */
export async function trainUntil<Sample extends { readonly id: string }, Evaluation>(
  step: number,
  run: TrainingRun<Sample, Evaluation>,
): Promise<number> {
  const controller = new AbortController();
  return runTraining(
    { ...run, signal: controller.signal },
    {
      onStep: (entry) => {
        if (entry.step === step) controller.abort();
      },
    },
  );
}

/** A run's log without how fast it went, the one thing that may differ. */
export async function logOf({ log }: RunFolder) {
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  return lines.map((line) => {
    const { imagesPerSecond, dataTime, ...entry } = JSON.parse(line);
    expect(imagesPerSecond).toBeGreaterThan(0);
    expect(dataTime).toBeGreaterThanOrEqual(0);
    return entry;
  });
}
