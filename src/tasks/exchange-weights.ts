import type { ConfigOverrides } from '../config/overrides.js';
import { requireDetection } from '../config/require-task.js';
import { loadEngine } from '../engine/load.js';
import { UserError } from '../errors.js';
import { Weights } from '../nn/weights.js';
import { describeImport } from '../report/tables/import-table.js';
import { planImport } from '../weights/import-plan.js';
import { saveModel, takeTensors } from '../weights/model-file.js';
import { openTensors } from '../weights/open.js';
import { writeSafetensors } from '../weights/safetensors.js';
import type { NamedTensor } from '../weights/tensor-file.js';
import { detectionTask } from './detection/task.js';
import { type ConfigSource, nameOfConfig, readDataConfig } from './read-config.js';
import { findTrainedModel } from './trained-model.js';

export interface ImportOptions {
  /** Config of the detector that the weights are for. */
  readonly config: ConfigSource;
  readonly overrides?: ConfigOverrides | undefined;
  /** Weights file to write, which ends in `.safetensors`. */
  readonly out: string;
  /** Whether layers of the RPN and the heads that are missing or have another shape keep their initial values. */
  readonly freshHeads?: boolean | undefined;
}

/** Outcome of an import. */
export interface ImportResult {
  readonly out: string;
  /** Tensors that were taken, left fresh or not needed, as text for a terminal. */
  readonly text: string;
}

/**
 * Makes a weights file of PyTorch's weights with torchvision's or timm's names: a detector's, or a classification network's
 * for the backbone.
 *
 * @param file a `.pth` that `torch.save` wrote, or a `.safetensors`
 * @throws UserError when the file or the config is at fault, or tensors are missing, unexpected or of another shape; nothing
 * is written then
 */
export async function importWeights(
  file: string,
  { config: source, overrides, out, freshHeads = false }: ImportOptions,
): Promise<ImportResult> {
  requireSafetensors(out);
  const name = typeof source === 'string' ? source : nameOfConfig(source);
  const config = requireDetection(await readDataConfig(source, overrides), name);
  const network = detectionTask.build(config);
  const tensors = await openTensors(file);
  try {
    const plan = planImport(tensors, network.parameters, config.model.backbone.name, freshHeads);
    const { threads, precision } = config;
    await loadEngine({ threads, precision });
    const weights = new Weights(network.parameters, config.seed);
    try {
      await takeTensors(tensors, weights, plan.taken);
      await saveModel(out, weights, config);
    } finally {
      weights.dispose();
    }
    return { out, text: describeImport(plan, tensors) };
  } finally {
    await tensors.close();
  }
}

/**
 * Writes a model's tensors as a safetensors file for Python, with torchvision's names and PyTorch's layouts. It holds no
 * config, and of a checkpoint no optimizer state.
 *
 * @param target the folder of a run, a weights file or a checkpoint, or a config file whose newest run is meant
 * @returns number of tensors
 * @throws UserError when there is no such model, or the file can't be written
 */
export async function exportWeights(target: string, out: string): Promise<number> {
  requireSafetensors(out);
  const { weights } = await findTrainedModel(target, []);
  const source = await openTensors(weights);
  try {
    const tensors: NamedTensor[] = [];
    for (const [name, { shape }] of source.tensors) {
      tensors.push({ name, shape, data: await source.read(name) });
    }
    // Python's readers take it as a sign of PyTorch's layouts.
    await writeSafetensors(out, tensors, { format: 'pt' });
    return tensors.length;
  } finally {
    await source.close();
  }
}

/** @throws UserError when a file to write has another ending */
function requireSafetensors(out: string): void {
  if (!out.endsWith('.safetensors')) throw new UserError(`out ${out}: must end in .safetensors`);
}
