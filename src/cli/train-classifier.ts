import type { ClassificationConfig } from '../config/schema.js';
import { openLabeledSplit } from '../datasets/formats.js';
import { writeClassificationReport } from '../report/classification-report.js';
import { classification } from '../training/classification.js';
import { writeConfig } from '../training/run-folder.js';
import { followTraining, type StartedRun, type TrainedRun } from './follow-training.js';
import { openSplit } from './open-split.js';
import { reportTraining } from './report-training.js';

/** Trains a classifier, and writes its report and the metrics of its weights where they were validated. */
export async function trainClassifier(
  config: ClassificationConfig,
  started: StartedRun,
): Promise<Omit<TrainedRun<unknown>, 'kept'>> {
  const { folder } = started;
  const open = (split: 'train' | 'val') =>
    openSplit((onGenerate) => openLabeledSplit(config.data, split, { onGenerate }));
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
  await reportTraining(trained, started, config, validation, writeClassificationReport);
  return trained;
}
