import path from 'node:path';
import { requireDetection } from '../config/require-task.js';
import { classesOf } from '../datasets/formats.js';
import { loadEngine } from '../engine/load.js';
import { UserError } from '../errors.js';
import { buildMaskRcnn } from '../models/mask-rcnn.js';
import { Weights } from '../nn/weights.js';
import { describeImport } from '../report/tables/import-table.js';
import { planImport } from '../weights/import-plan.js';
import { saveModel, takeTensors } from '../weights/model-file.js';
import { openTensors } from '../weights/open.js';
import { loadDataConfig } from './data-config.js';
import type { ImportOptions } from './import.js';

/** Imports and says what was taken, what is fresh and what wasn't needed. */
export async function importAction(
  file: string,
  overrides: readonly string[],
  { config: configFile, out, freshHeads = false }: ImportOptions,
): Promise<void> {
  if (path.extname(out) !== '.safetensors') throw new UserError(`--out ${out}: must end in .safetensors`);
  const config = requireDetection(await loadDataConfig(configFile, overrides), configFile);
  const network = buildMaskRcnn(config.model, classesOf(config.data).length);
  const source = await openTensors(file);
  try {
    const plan = planImport(source, network.parameters, config.model.backbone.name, freshHeads);
    const { threads, precision } = config;
    await loadEngine({ threads, precision });
    const weights = new Weights(network.parameters, config.seed);
    try {
      await takeTensors(source, weights, plan.taken);
      await saveModel(out, weights, config);
    } finally {
      weights.dispose();
    }
    console.error(describeImport(plan, source));
    console.error(`Weights: ${out}`);
  } finally {
    await source.close();
  }
}
