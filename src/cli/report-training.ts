import path from 'node:path';
import type { Config } from '../config/schema.js';
import { writeTextAtomically } from '../files.js';
import type { ReportInput } from '../report/report-input.js';
import { readLog } from '../training/log.js';
import type { StartedRun, TrainedRun } from './follow-training.js';

/** Writes the report of a run that came to its end, and the metrics of its weights where they were validated. */
export async function reportTraining<
  C extends Config,
  Evaluation extends { readonly metrics: object },
  Split,
>(
  { completed, kept }: TrainedRun<Evaluation>,
  { folder, engine }: StartedRun,
  config: C,
  validation: Split | undefined,
  write: (file: string, input: ReportInput<C, Evaluation, Split>) => Promise<void>,
): Promise<void> {
  if (!completed) return;
  if (kept?.isBest) {
    await writeTextAtomically(folder.metrics, `${JSON.stringify(kept.evaluation.metrics, null, 2)}\n`);
  }
  await write(folder.report, {
    name: path.basename(path.resolve(folder.folder)),
    config,
    weights: folder.weights,
    engine,
    log: await readLog(folder.log),
    evaluated: kept && validation && { ...kept, dataset: validation, split: 'val' },
  });
}
