import path from 'node:path';
import type { DetectionConfig } from '../config/schema.js';
import { type WrittenResult, writtenResult } from '../datasets/coco/result.js';
import { openDataset } from '../datasets/formats.js';
import { writeImage } from '../drawing/canvas.js';
import { drawComparison } from '../drawing/panels.js';
import { loadEngine } from '../engine/load.js';
import { writeTextAtomically } from '../files.js';
import { buildMaskRcnn } from '../models/mask-rcnn.js';
import { Weights } from '../nn/weights.js';
import { writeDetectionReport } from '../report/detection-report.js';
import { metricsTable } from '../report/tables/metrics-tables.js';
import { evaluateNetwork } from '../training/evaluate.js';
import { readLog } from '../training/log.js';
import { runFolder } from '../training/run-folder.js';
import { loadWeights } from '../weights/model-file.js';
import type { EvalOptions } from './eval.js';
import { evalClassifier } from './eval-classifier.js';
import { openSplit } from './open-split.js';
import { interruptedExitCode, interruptSignal } from './terminal/interrupt.js';
import { showProgress } from './terminal/progress.js';
import { findTrainedModel, nameOf, type TrainedModel } from './trained-model.js';

/** How many images are drawn, truth beside prediction. */
const picturedImages = 24;

/** Evaluates, prints the figures and writes them down. */
export async function evalAction(
  target: string,
  overrides: readonly string[],
  options: EvalOptions,
): Promise<void> {
  const found = await findTrainedModel(target, overrides);
  const { config } = found;
  if (config.task === 'classification') await evalClassifier({ ...found, config }, options);
  else await evalDetector({ ...found, config }, options);
}

async function evalDetector(
  { weights: file, config, folder }: TrainedModel & { readonly config: DetectionConfig },
  { split, out }: EvalOptions,
): Promise<void> {
  const { threads, precision } = config;
  const engine = await loadEngine({ threads, precision });
  const dataset = await openSplit((onGenerate) => openDataset(config.data, split, { onGenerate }));

  const network = buildMaskRcnn(config.model, dataset.classes.length);
  const weights = new Weights(network.parameters, config.seed);
  await loadWeights(file, weights);
  const signal = interruptSignal('Stopping after this image; no figures are written.');
  const display = showProgress('Evaluating');
  const output = out ?? folder;
  const pictured = evenlySpread(dataset.ids.length, picturedImages);
  const results: WrittenResult[] = [];
  const evaluation = await evaluateNetwork(network, weights, config, dataset, {
    signal,
    onImage: async ({ sample, detections }, done, total) => {
      results.push(...detections.map((detection) => writtenResult(sample.imageId, detection)));
      if (pictured.has(done - 1)) {
        const picture = drawComparison(sample, detections, dataset.classes);
        await writeImage(path.join(output, 'pictures', `${sample.id}.png`), picture);
      }
      display.show(done, total);
    },
  });
  display.end();
  if (!evaluation) {
    process.exitCode = interruptedExitCode;
    return;
  }
  const { metrics } = evaluation;
  const written = runFolder(output);
  await writeTextAtomically(written.metrics, `${JSON.stringify(metrics, null, 2)}\n`);
  await writeTextAtomically(path.join(output, 'detections.json'), JSON.stringify(results));
  await writeDetectionReport(written.report, {
    name: nameOf(file),
    config,
    weights: file,
    engine,
    log: await readLog(runFolder(folder).log),
    evaluated: { evaluation, dataset, split, step: undefined },
  });
  console.error(`${metricsTable(metrics)}\n\nReport: ${written.report}`);
}

/** About equally distant numbers below `length`, at most `count` of them. */
function evenlySpread(length: number, count: number): Set<number> {
  const wanted = Math.min(length, count);
  return new Set(Array.from({ length: wanted }, (_, i) => Math.floor((i * length) / wanted)));
}
