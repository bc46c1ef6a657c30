import { openTensors } from '../weights/open.js';
import { writeSafetensors } from '../weights/safetensors.js';
import type { NamedTensor } from '../weights/tensor-file.js';
import { requireSafetensors } from './import-weights.js';
import { findTrainedModel } from './trained-model.js';

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
