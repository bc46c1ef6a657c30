import path from 'node:path';
import type { ClassificationConfig } from '../config/schema.js';
import { describeUnreadable } from '../datasets/checks/unreadable.js';
import { openLabeledSplit } from '../datasets/formats.js';
import { writeImage } from '../drawing/canvas.js';
import { loadEngine } from '../engine/load.js';
import { writeTextAtomically } from '../files.js';
import { configuredClassifier } from '../models/classifier.js';
import { Weights } from '../nn/weights.js';
import { drawMistakes, mistakenImages, writeClassificationReport } from '../report/classification-report.js';
import { classificationTable } from '../report/tables/metrics-tables.js';
import { evaluateClassifier } from '../training/evaluate-classifier.js';
import { readLog } from '../training/log.js';
import { runFolder } from '../training/run-folder.js';
import { loadWeights } from '../weights/model-file.js';
import type { EvalOptions } from './eval.js';
import { openSplit } from './open-split.js';
import { interruptedExitCode, interruptSignal } from './terminal/interrupt.js';
import { showProgress } from './terminal/progress.js';
import { nameOf, type TrainedModel } from './trained-model.js';

/** Evaluates a classifier, prints the figures and writes them down. */
export async function evalClassifier(
  { weights: file, config, folder }: TrainedModel & { readonly config: ClassificationConfig },
  { split, out }: EvalOptions,
): Promise<void> {
  const { threads, precision, model } = config;
  const engine = await loadEngine({ threads, precision });
  const dataset = await openSplit((onGenerate) => openLabeledSplit(config.data, split, { onGenerate }));

  const classifier = configuredClassifier(model, dataset.classes.length);
  const weights = new Weights(classifier.parameters, config.seed);
  await loadWeights(file, weights);
  const signal = interruptSignal('Stopping after these images; no figures are written.');
  const display = showProgress('Evaluating');
  const onProgress = (done: number, total: number): void => display.show(done, total);
  const evaluation = await evaluateClassifier(classifier, weights, config, dataset, { signal, onProgress });
  display.end();
  if (!evaluation) {
    process.exitCode = interruptedExitCode;
    return;
  }
  const unreadable = describeUnreadable(evaluation.unreadable, dataset.files.length);
  if (unreadable) console.error(`${unreadable}\nThey are left out.`);

  const output = out ?? folder;
  const written = runFolder(output);
  await writeTextAtomically(written.metrics, `${JSON.stringify(evaluation.metrics, null, 2)}\n`);
  const mistakes = await mistakenImages(config, evaluation, dataset);
  const picture = path.join(output, 'worst-mistakes.png');
  if (mistakes.length > 0) await writeImage(picture, drawMistakes(mistakes));
  await writeClassificationReport(written.report, {
    name: nameOf(file),
    config,
    weights: file,
    engine,
    log: await readLog(runFolder(folder).log),
    evaluated: { evaluation, dataset, split, step: undefined },
  });
  console.error(classificationTable(evaluation.metrics));
  console.error(
    mistakes.length > 0
      ? `\nReport: ${written.report}\nWorst mistakes: ${picture}`
      : `\nReport: ${written.report}`,
  );
}
