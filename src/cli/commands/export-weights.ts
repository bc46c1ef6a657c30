import type { Command } from 'commander';

/** `atto export-weights`: a file of tensors for Python. */
export function registerExportWeights(program: Command): void {
  program
    .command('export-weights')
    .description(
      "write a model's tensors as a safetensors file for Python, with torchvision's names and layouts",
    )
    .argument('<target>', "a run's folder, a weights file, or a config: then its newest run")
    .requiredOption('--out <file>', 'the file to write')
    .addHelpText(
      'after',
      `
Unlike a weights file, it holds no config, which names folders of this machine. Of a checkpoint it holds the model's own
tensors, averaged where the run has an average, and no optimizer state. In Python:

  model.load_state_dict(safetensors.torch.load_file('model.safetensors'))

Examples:
  atto export-weights runs/mask-rcnn-2026-01-31-120000 --out model.safetensors
  atto export-weights weights.safetensors --out model.safetensors`,
    )
    .action(async (target: string, { out }: { readonly out: string }) => {
      const { exportWeights } = await import('../../api/training.js');
      const tensors = await exportWeights(target, out);
      console.error(`${tensors} tensors: ${out}`);
    });
}
