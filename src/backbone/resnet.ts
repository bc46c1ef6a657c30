import { kaimingNormal } from '../nn/initializers.js';
import { type Convolution, normedConvolutionLayer } from '../nn/layers.js';
import type { Ops } from '../nn/ops.js';
import { type Backbone, inSequence, type Stage, type StageSettings } from './backbone.js';

/** The bottlenecks of C2 to C5. */
const blocksPerStage = [3, 4, 6, 3];

interface Bottleneck {
  readonly reduce: Convolution;
  readonly spatial: Convolution;
  readonly expand: Convolution;
  readonly downsample: Convolution | undefined;
}

/** Layers of one bottleneck: 1×1, 3×3 (which has the stride, as in torchvision) and 1×1 to four times `width`. */
function bottleneck(
  { scope, norm }: StageSettings,
  input: number,
  width: number,
  stride: number,
): Bottleneck {
  const layer = (index: number, from: number, to: number, kernel: number, more = {}): Convolution =>
    normedConvolutionLayer(
      { convolution: scope.child(`conv${index}`), norm: scope.child(`bn${index}`) },
      {
        in: from,
        out: to,
        kernel,
        initializer: kaimingNormal(kernel * kernel * to),
        activation: 'relu',
        ...more,
      },
      norm,
    );
  const output = 4 * width;
  return {
    reduce: layer(1, input, width, 1),
    spatial: layer(2, width, width, 3, { stride }),
    expand: layer(3, width, output, 1),
    downsample:
      stride === 1 && input === output
        ? undefined
        : normedConvolutionLayer(
            { convolution: scope.child('downsample.0'), norm: scope.child('downsample.1') },
            { in: input, out: output, kernel: 1, stride, initializer: kaimingNormal(output) },
            norm,
          ),
  };
}

function runBottleneck<T>(ops: Ops<T>, { reduce, spatial, expand, downsample }: Bottleneck, x: T): T {
  const shortcut = downsample ? ops.convolution(downsample, x) : x;
  return ops.convolution(expand, ops.convolution(spatial, ops.convolution(reduce, x)), shortcut);
}

/** One of ResNet's stages. */
function resNetStage(
  settings: StageSettings,
  input: number,
  width: number,
  blocks: number,
  stride: number,
): Stage {
  const layers = Array.from({ length: blocks }, (_, i) =>
    bottleneck(
      { ...settings, scope: settings.scope.child(String(i)) },
      i === 0 ? input : 4 * width,
      width,
      i === 0 ? stride : 1,
    ),
  );
  return inSequence(
    layers.map(
      (block): Stage =>
        (ops, x) =>
          runBottleneck(ops, block, x),
    ),
  );
}

/** ResNet-50 (He et al. 2016) without its classifier, with torchvision's names. */
export function resNet50(stage: (index: number) => StageSettings): Backbone {
  const { scope, norm } = stage(0);
  const stem = normedConvolutionLayer(
    { convolution: scope.child('conv1'), norm: scope.child('bn1') },
    { in: 3, out: 64, kernel: 7, stride: 2, initializer: kaimingNormal(49 * 64), activation: 'relu' },
    norm,
  );
  const [c2, c3, c4, c5] = blocksPerStage.map((blocks, i) => {
    const settings = stage(i + 1);
    return resNetStage(
      { ...settings, scope: settings.scope.child(`layer${i + 1}`) },
      i === 0 ? 64 : 128 * 2 ** i,
      64 * 2 ** i,
      blocks,
      i === 0 ? 1 : 2,
    );
  });
  return {
    channels: [256, 512, 1024, 2048],
    stem: (ops, images) => ops.maxPool(ops.convolution(stem, images), 3, { stride: 2, padding: 1 }),
    stages: [c2, c3, c4, c5],
    classifier: { name: 'fc', dropout: 0 },
  };
}
