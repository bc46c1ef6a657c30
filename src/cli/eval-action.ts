import path from 'node:path';
import { writtenResult } from '../datasets/coco/result.js';
import { openDataset } from '../datasets/open.js';
import { loadEngine } from '../engine/load.js';
import { writeTextAtomically } from '../files.js';
import { buildMaskRcnn } from '../models/mask-rcnn.js';
import { Weights } from '../nn/weights.js';
import { evaluateNetwork } from '../training/evaluate.js';
import { metricsTable } from '../visualization/metrics-table.js';
import { loadWeights } from '../weights/model-file.js';
import type { EvalOptions } from './eval.js';
import { interruptedExitCode, interruptSignal } from './interrupt.js';
import { showProgress } from './progress.js';
import { findTrainedModel } from './trained-model.js';

/** Evaluates, prints the figures and writes them down. */
export async function evalAction(
  target: string,
  overrides: readonly string[],
  { split, out }: EvalOptions,
): Promise<void> {
  const { weights: file, config, folder } = await findTrainedModel(target, overrides);
  const { threads, precision } = config;
  await loadEngine({ threads, precision });
  const generating = showProgress('Generating images');
  const dataset = await openDataset(config.data, split, (done, total) => generating.show(done, total));
  generating.end();
  for (const notice of dataset.notices) console.error(notice);

  const network = buildMaskRcnn(config.model, dataset.classes.length);
  const weights = new Weights(network.parameters, config.seed);
  await loadWeights(file, weights);
  const signal = interruptSignal('Stopping after this image; nothing is written.');
  const display = showProgress('Evaluating');
  const results: ReturnType<typeof writtenResult>[] = [];
  const metrics = await evaluateNetwork(network, weights, config, dataset, {
    signal,
    onImage: ({ sample, detections }, done, total) => {
      results.push(...detections.map((detection) => writtenResult(sample.id, detection)));
      display.show(done, total);
    },
  });
  display.end();
  if (!metrics) {
    process.exitCode = interruptedExitCode;
    return;
  }
  const target_ = out ?? folder;
  await writeTextAtomically(path.join(target_, 'metrics.json'), `${JSON.stringify(metrics, null, 2)}\n`);
  await writeTextAtomically(path.join(target_, 'detections.json'), JSON.stringify(results));
  console.error(metricsTable(metrics));
}
