import { kaimingNormal } from '../nn/initializers.js';
import { type Convolution, normedConvolutionLayer } from '../nn/layers.js';
import type { Ops } from '../nn/ops.js';
import { type Backbone, inSequence, type Stage, type StageSettings } from './backbone.js';

/** Number of bottlenecks in each of C2 to C5. */
const blocksPerStage = [3, 4, 6, 3];

/** Layers of a bottleneck: 1×1, 3×3 and 1×1, and the 1×1 one on its shortcut where the shape changes. */
interface Bottleneck {
  readonly reduce: Convolution;
  readonly spatial: Convolution;
  readonly expand: Convolution;
  readonly downsample: Convolution | undefined;
}

/**
 * Builds one bottleneck; the 3×3 convolution has the stride, as in torchvision, and the output is four times `width`.
 */
function bottleneck(
  { scope, norm }: StageSettings,
  input: number,
  width: number,
  stride: number,
): Bottleneck {
  const output = 4 * width;
  const layer = (index: number, from: number, to: number): Convolution => {
    const kernel = index === 2 ? 3 : 1;
    return normedConvolutionLayer(
      { convolution: scope.child(`conv${index}`), norm: scope.child(`bn${index}`) },
      {
        in: from,
        out: to,
        kernel,
        stride: index === 2 ? stride : 1,
        initializer: kaimingNormal(kernel * kernel * to),
        activation: 'relu',
      },
      norm,
    );
  };
  return {
    reduce: layer(1, input, width),
    spatial: layer(2, width, width),
    expand: layer(3, width, output),
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

/** Builds one of the stages, of bottlenecks from `input` channels to four times `width`; all but C2 halve the size. */
function resNetStage(settings: StageSettings, input: number, width: number, blocks: number): Stage {
  const layers = Array.from({ length: blocks }, (_, i) => {
    const ofBlock = { ...settings, scope: settings.scope.child(String(i)) };
    const halves = i === 0 && input !== width;
    return bottleneck(ofBlock, i === 0 ? input : 4 * width, width, halves ? 2 : 1);
  });
  return inSequence(
    layers.map(
      (block): Stage =>
        (ops, x) =>
          runBottleneck(ops, block, x),
    ),
  );
}

/** Builds ResNet-50 (He et al. 2016) without its classifier, with torchvision's names. */
export function resNet50(stage: (index: number) => StageSettings): Backbone {
  const { scope, norm } = stage(0);
  const stem = normedConvolutionLayer(
    { convolution: scope.child('conv1'), norm: scope.child('bn1') },
    { in: 3, out: 64, kernel: 7, stride: 2, initializer: kaimingNormal(49 * 64), activation: 'relu' },
    norm,
  );
  const [c2, c3, c4, c5] = blocksPerStage.map((blocks, i) => {
    const settings = stage(i + 1);
    const ofStage = { ...settings, scope: settings.scope.child(`layer${i + 1}`) };
    return resNetStage(ofStage, i === 0 ? 64 : 128 * 2 ** i, 64 * 2 ** i, blocks);
  });
  return {
    channels: [256, 512, 1024, 2048],
    stem: (ops, images) => ops.maxPool(ops.convolution(stem, images), 3, { stride: 2, padding: 1 }),
    stages: [c2, c3, c4, c5],
    classifier: { name: 'fc', dropout: 0 },
  };
}
