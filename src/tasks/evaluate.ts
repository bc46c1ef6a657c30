import path from 'node:path';
import type { ConfigOverrides } from '../config/overrides.js';
import type { SplitName } from '../datasets/sample.js';
import { writeTextAtomically } from '../files.js';
import { runFolder } from '../training/run-folder.js';
import { taskOf } from './find-task.js';
import { type JobListener, whileGenerating } from './listener.js';
import type { TaskEvaluation } from './task.js';
import { findTrainedModel, nameOfWeights } from './trained-model.js';

export interface EvaluateOptions extends JobListener {
  readonly overrides?: ConfigOverrides | undefined;
  /** Split of the data, `val` by default. */
  readonly split?: SplitName | undefined;
  /**
   * Folder for the metrics, the report, the detections and the images: the run's folder or the weights file's by default.
   * With `false` nothing is written.
   */
  readonly out?: string | false | undefined;
  /** Ends the evaluation after the images at hand: the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Metrics of an evaluation, and what was written of it. */
export interface EvaluationResult {
  /** The content of metrics.json: AP_d, AP_m and every protocol for a detector, accuracy and confusion for a classifier. */
  readonly metrics: TaskEvaluation['metrics'];
  /** Metrics as text tables. */
  readonly text: string;
  /** Files that were written, by their titles. */
  readonly files: readonly { readonly title: string; readonly file: string }[];
}

/**
 * Evaluates a trained network on a split of its data.
 *
 * @param target the folder of a run, a weights file, or a config file whose newest run is meant
 * @throws UserError when the network, its data or the folder is at fault
 */
export async function evaluate(target: string, options: EvaluateOptions = {}): Promise<EvaluationResult> {
  const { overrides = [], split = 'val', out, signal } = options;
  const { weights: file, config, folder } = await findTrainedModel(target, overrides);
  // The engine is loaded by what computes, not by what else the entry has.
  const { loadEngine } = await import('../engine/load.js');
  const { Weights } = await import('../nn/weights.js');
  const { readLog } = await import('../training/log.js');
  const { loadWeights } = await import('../weights/model-file.js');
  const { threads, precision } = config;
  const engine = await loadEngine({ threads, precision });
  const task = taskOf(config);
  const dataset = await task.open(config, split, whileGenerating(options, options.signal));
  for (const notice of dataset.notices) options.onNotice?.(notice);

  const output = out === false ? undefined : (out ?? folder);
  const network = task.build(config);
  const weights = new Weights(network.parameters, config.seed);
  try {
    await loadWeights(file, weights);
    const evaluated = await task.evaluate({ config, network, weights }, dataset, {
      signal,
      onProgress: (done, total) => options.onProgress?.('evaluating', done, total),
      out: output,
    });
    if (!evaluated) {
      signal?.throwIfAborted();
      throw new Error('the evaluation ended without a result, and nothing says why');
    }
    const { evaluation, notices, files } = evaluated;
    for (const notice of notices) options.onNotice?.(notice);
    const { metrics } = evaluation;
    const result = { metrics, text: task.describeMetrics(metrics) };
    if (output === undefined) return { ...result, files };

    const written = runFolder(output);
    await writeTextAtomically(written.metrics, `${JSON.stringify(metrics, null, 2)}\n`);
    await task.writeReport(written.report, {
      name: nameOfWeights(file),
      config,
      weights: file,
      engine,
      log: await readLog(runFolder(folder).log),
      notices: [...dataset.notices, ...notices],
      evaluated: { evaluation, dataset, split, step: undefined },
    });
    return { ...result, files: [{ title: 'Report', file: path.join(written.report) }, ...files] };
  } finally {
    weights.dispose();
  }
}
