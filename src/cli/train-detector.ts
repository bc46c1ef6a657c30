import type { DetectionConfig } from '../config/schema.js';
import { openDataset } from '../datasets/formats.js';
import { writeDetectionReport } from '../report/detection-report.js';
import { instanceSegmentation } from '../training/instance-segmentation.js';
import { writeConfig } from '../training/run-folder.js';
import { followTraining, type StartedRun, type TrainedRun } from './follow-training.js';
import { openSplit } from './open-split.js';
import { reportTraining } from './report-training.js';

/** Trains a detector, and writes its report and the metrics of its weights where they were validated. */
export async function trainDetector(
  config: DetectionConfig,
  started: StartedRun,
): Promise<Omit<TrainedRun<unknown>, 'kept'>> {
  const { folder } = started;
  const open = (split: 'train' | 'val') =>
    openSplit((onGenerate) => openDataset(config.data, split, { onGenerate }));
  const train = await open('train');
  const validation = config.training.validateEvery === undefined ? undefined : await open('val');
  // Not before the data: a mistake there shouldn't leave a run behind.
  await writeConfig(folder, config);
  console.error(`Training on ${train.ids.length} images; the run is ${folder.folder}`);

  const task = instanceSegmentation(config, { train, validation });
  const trained = await followTraining(task, config, started);
  await reportTraining(trained, started, config, validation, writeDetectionReport);
  return trained;
}
