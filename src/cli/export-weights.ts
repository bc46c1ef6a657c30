import type { Command } from 'commander';

export interface ExportWeightsOptions {
  readonly out: string;
}

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
Unlike a weights file, it says nothing of the config, which holds folders of this machine. Of a checkpoint it has the
model's tensors alone: the averaged ones where the run has training.emaDecay, and no optimizer state. In Python:

  model.load_state_dict(safetensors.torch.load_file('model.safetensors'))

Examples:
  atto export-weights runs/mask-rcnn-2026-01-31-120000 --out model.safetensors
  atto export-weights weights.safetensors --out model.safetensors`,
    )
    .action(async (target: string, options: ExportWeightsOptions) => {
      const { exportWeightsAction } = await import('./export-weights-action.js');
      await exportWeightsAction(target, options);
    });
}
