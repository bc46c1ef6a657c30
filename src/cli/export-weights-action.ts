import path from 'node:path';
import { UserError } from '../errors.js';
import { openTensors } from '../weights/open.js';
import { writeSafetensors } from '../weights/safetensors.js';
import type { NamedTensor } from '../weights/tensor-file.js';
import type { ExportWeightsOptions } from './export-weights.js';
import { findTrainedModel } from './trained-model.js';

/** Copies the model's tensors from a weights file or checkpoint. */
export async function exportWeightsAction(target: string, { out }: ExportWeightsOptions): Promise<void> {
  if (path.extname(out) !== '.safetensors') throw new UserError(`--out ${out}: must end in .safetensors`);
  const { weights } = await findTrainedModel(target, []);
  const source = await openTensors(weights);
  try {
    const tensors: NamedTensor[] = [];
    for (const [name, { shape }] of source.tensors) {
      tensors.push({ name, shape, data: await source.read(name) });
    }
    // Python's readers take it as a sign of PyTorch's layouts.
    await writeSafetensors(out, tensors, { format: 'pt' });
    console.error(`${tensors.length} tensors: ${out}`);
  } finally {
    await source.close();
  }
}
