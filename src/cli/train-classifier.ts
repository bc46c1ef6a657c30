import path from 'node:path';
import type { ClassificationConfig } from '../config/schema.js';
import { openLabelledSplit } from '../datasets/image-folder/open.js';
import { writeTextAtomically } from '../files.js';
import { classification } from '../training/classification.js';
import { readLog } from '../training/log.js';
import { writeConfig } from '../training/run-folder.js';
import { followTraining, type StartedRun, type TrainedRun } from './follow-training.js';
import { showProgress } from './progress.js';
import { writeClassifierReport } from './write-classifier-report.js';

/** Trains a classifier, and writes its report and the metrics of its weights where they were validated. */
export async function trainClassifier(
  config: ClassificationConfig,
  started: StartedRun,
): Promise<Omit<TrainedRun<unknown>, 'kept'>> {
  const { folder, engine } = started;
  const generating = showProgress('Generating images');
  const open = async (split: 'train' | 'val') => {
    const onGenerate = (done: number, total: number): void => generating.show(done, total);
    const opened = await openLabelledSplit(config.data, split, onGenerate);
    generating.end();
    for (const notice of opened.notices) console.error(notice);
    return opened;
  };
  const train = await open('train');
  const validation = config.training.validateEvery === undefined ? undefined : await open('val');
  const task = classification(config, { train, validation });
  // Not before the data and the network: a mistake there shouldn't leave a run behind.
  await writeConfig(folder, config);
  const { files, classes } = train;
  console.error(
    `Training on ${files.length} images of ${classes.length} classes; the run is ${folder.folder}`,
  );

  const trained = await followTraining(task, config, started);
  const { kept } = trained;
  if (!trained.completed) return trained;
  if (kept?.isBest) {
    await writeTextAtomically(folder.metrics, `${JSON.stringify(kept.evaluation.metrics, null, 2)}\n`);
  }
  await writeClassifierReport(folder.report, {
    name: path.basename(path.resolve(folder.folder)),
    config,
    weights: folder.weights,
    engine,
    log: await readLog(folder.log),
    evaluated: kept && validation && { ...kept, dataset: validation, split: 'val' },
  });
  return trained;
}
