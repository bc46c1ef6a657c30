import type { Config } from '../config/schema.js';
import type { Engine } from '../engine/load.js';
import { percent } from '../metrics/metric-value.js';
import type { LogEntry } from '../training/log.js';
import { exists, type RunFolder } from '../training/run-folder.js';
import type { Task } from '../training/task.js';
import { train, type ValidatedStep } from '../training/train.js';
import { showProgress } from './terminal/progress.js';

/** A run as it starts, whatever its task is. */
export interface StartedRun {
  readonly folder: RunFolder;
  readonly engine: Engine;
  /** Whether to continue from the folder's last checkpoint, if it has one. */
  readonly resume: boolean;
  readonly signal: AbortSignal;
}

/** What became of a run. */
export interface TrainedRun<Evaluation> {
  /** Steps done. */
  readonly done: number;
  readonly seconds: number;
  /** How many of them the steps waited for their images. */
  readonly waited: number;
  /** Whether the run came to its end now, or did before and was killed before its report was written. */
  readonly completed: boolean;
  /** The best validation, or the last one where the best was made before the run was continued. */
  readonly kept: ValidatedStep<Evaluation> | undefined;
}

/** Trains and shows how it goes. */
export async function followTraining<Sample extends { readonly id: string }, Evaluation>(
  task: Task<Sample, Evaluation>,
  config: Config,
  { folder, resume, signal }: StartedRun,
): Promise<TrainedRun<Evaluation>> {
  const started = performance.now();
  const displays = {
    verify: showProgress('Checking images'),
    training: showProgress('Training'),
    validation: showProgress('Validating'),
  };
  const { steps } = config.training;
  let stepped = false;
  let waited = 0;
  let kept: ValidatedStep<Evaluation> | undefined;
  try {
    const done = await train(
      { task, config, folder, resume, signal },
      {
        onVerify: (images, total) => displays.verify.show(images, total),
        onNotice: (notice) => {
          displays.verify.end();
          console.error(notice);
        },
        onStart: (step) => {
          displays.verify.end();
          displays.training.show(step, steps);
        },
        onStep: (entry) => {
          stepped = true;
          waited += entry.dataTime;
          displays.validation.end();
          if (entry.validation) {
            displays.training.end();
            console.error(`step ${entry.step}: ${describeValidation(entry.validation)}`);
          }
          displays.training.show(entry.step, steps, describeStep(entry));
        },
        onValidate: (images, total) => {
          displays.training.end();
          displays.validation.show(images, total);
        },
        onEvaluation: (validated) => {
          if (validated.isBest || !kept?.isBest) kept = validated;
        },
      },
    );
    const seconds = (performance.now() - started) / 1000;
    const completed = done === steps && (stepped || !(await exists(folder.report)));
    return { done, seconds, waited, completed, kept };
  } finally {
    for (const display of Object.values(displays)) display.end();
  }
}

function describeStep({ loss, losses, learningRate, imagesPerSecond }: LogEntry): string {
  const parts = Object.entries(losses).map(([name, value]) => `${name} ${value.toFixed(3)}`);
  return `loss ${loss.toFixed(3)} (${parts.join(', ')})  lr ${learningRate.toPrecision(3)}  ${imagesPerSecond.toFixed(1)} images/s`;
}

function describeValidation(figures: Readonly<Record<string, number | null>>): string {
  return Object.entries(figures)
    .map(([name, figure]) => `${name} ${figure === null ? 'undefined' : percent(figure)}`)
    .join('  ');
}
