import path from 'node:path';
import type { DetectionConfig } from '../config/schema.js';
import { openDataset } from '../datasets/open.js';
import { writeTextAtomically } from '../files.js';
import { instanceSegmentation } from '../training/instance-segmentation.js';
import { readLog } from '../training/log.js';
import { writeConfig } from '../training/run-folder.js';
import { followTraining, type StartedRun, type TrainedRun } from './follow-training.js';
import { showProgress } from './progress.js';
import { writeReport } from './write-report.js';

/** Trains a detector, and writes its report and the metrics of its weights where they were validated. */
export async function trainDetector(
  config: DetectionConfig,
  started: StartedRun,
): Promise<Omit<TrainedRun<unknown>, 'kept'>> {
  const { folder, engine } = started;
  const generating = showProgress('Generating images');
  const open = async (split: 'train' | 'val') => {
    const dataset = await openDataset(config.data, split, (done, total) => generating.show(done, total));
    generating.end();
    for (const notice of dataset.notices) console.error(notice);
    return dataset;
  };
  const train = await open('train');
  const validation = config.training.validateEvery === undefined ? undefined : await open('val');
  // Not before the data: a mistake there shouldn't leave a run behind.
  await writeConfig(folder, config);
  console.error(`Training on ${train.ids.length} images; the run is ${folder.folder}`);

  const task = instanceSegmentation(config, { train, validation });
  const trained = await followTraining(task, config, started);
  const { kept } = trained;
  if (!trained.completed) return trained;
  if (kept?.isBest) {
    await writeTextAtomically(folder.metrics, `${JSON.stringify(kept.evaluation.metrics, null, 2)}\n`);
  }
  await writeReport(folder.report, {
    name: path.basename(path.resolve(folder.folder)),
    config,
    weights: folder.weights,
    engine,
    log: await readLog(folder.log),
    evaluated: kept && validation && { ...kept, dataset: validation, split: 'val' },
  });
  return trained;
}
