import type { Command } from 'commander';

interface ImportCommandOptions {
  readonly config: string;
  readonly out: string;
  readonly freshHeads?: boolean;
}

/** `atto import`: makes a weights file of one from PyTorch. */
export function registerImport(program: Command): void {
  program
    .command('import')
    .description(
      "make a weights file of torchvision's weights: a detector's, or a backbone's from a classifier",
    )
    .argument('<file>', 'a .pth that torch.save wrote, or a .safetensors')
    .argument('[overrides...]', 'key.path=value, each')
    .requiredOption('--config <file>', 'the config of the detector that the weights are for')
    .requiredOption('--out <file>', 'the weights file to write')
    .option(
      '--fresh-heads',
      'leave layers of the RPN and the heads that are missing or of another shape fresh',
    )
    .addHelpText(
      'after',
      `
Reads the tensors of a state dict, also under "model" or "state_dict" in a checkpoint; no code in a .pth is ever run.
A classification network (torchvision's or timm's names) fills the backbone, and the rest stays fresh. Names that are
missing, unexpected or of another shape are listed, and nothing is written then.

torchvision's published detectors have norms without an epsilon: add model.backbone.normEpsilon=0 for those, and
model.backbone.norm=frozen, as they were trained. Random values of fresh layers depend on the config's seed.

Examples:
  atto import detector.pth --config config.ts --out weights.safetensors model.backbone.normEpsilon=0
  atto import detector.pth --config configs/voc2012/atto-mask-rcnn.ts --fresh-heads --out start.safetensors
  atto import resnet50.pth --config config.ts --out start.safetensors model.backbone.name=resnet50`,
    )
    .action(async (file: string, overrides: string[], options: ImportCommandOptions) => {
      const { importWeights } = await import('../../api/training.js');
      const { text, out } = await importWeights(file, { ...options, overrides });
      console.log(text);
      console.error(`Weights: ${out}`);
    });
}
