import { kaimingNormal } from '../nn/initializers.js';
import { type Convolution, normedConvolutionLayer, normedDepthwiseLayer } from '../nn/layers.js';
import type { Scope } from '../nn/parameter.js';
import { type Backbone, inSequence, type Stage, type StageSettings } from './backbone.js';

/** Width and units of torchvision's `stage2` to `stage4`, whose first unit halves the size; at 1.0×. */
const rows = [
  { width: 116, units: 4 },
  { width: 232, units: 8 },
  { width: 464, units: 4 },
];
const stemWidth = 24;

/** Width of the 1×1 convolution before the classifier. */
const lastWidth = 1024;

/** Builders of a branch's layers, numbered as in its Sequential in torchvision, where each ReLU takes a number, too. */
function branchLayers({ norm }: StageSettings, scope: Scope) {
  const scopes = (index: number) => ({
    convolution: scope.child(String(index)),
    norm: scope.child(String(index + 1)),
  });
  return {
    pointwise: (index: number, input: number, output: number): Convolution =>
      normedConvolutionLayer(
        scopes(index),
        { in: input, out: output, kernel: 1, initializer: kaimingNormal(output), activation: 'relu' },
        norm,
      ),
    depthwise: (index: number, width: number, stride: number): Convolution =>
      normedDepthwiseLayer(
        scopes(index),
        { in: width, out: width, kernel: 3, stride, initializer: kaimingNormal(9) },
        norm,
      ),
  };
}

const run =
  (layers: readonly Convolution[]): Stage =>
  (ops, x) =>
    layers.reduce((y, layer) => ops.convolution(layer, y), x);

/** Builds the branch of 1×1, 3×3 depthwise and 1×1 convolution that every unit has. */
function mainBranch(settings: StageSettings, input: number, width: number, stride: number): Stage {
  const { pointwise, depthwise } = branchLayers(settings, settings.scope.child('branch2'));
  return run([pointwise(0, input, width), depthwise(3, width, stride), pointwise(5, width, width)]);
}

/**
 * Builds the basic unit (Fig. 3c): half of the channels pass, the others go through the branch; then they are
 * shuffled.
 */
function basicUnit(settings: StageSettings, width: number): Stage {
  const branch = mainBranch(settings, width / 2, width / 2, 1);
  return (ops, x) => {
    const [first, last] = ops.halveChannels(x);
    return ops.interleaveChannels(first, branch(ops, last));
  };
}

/** Builds the unit for downsampling (Fig. 3d): all channels go through both branches. */
function downsamplingUnit(settings: StageSettings, input: number, width: number): Stage {
  const { pointwise, depthwise } = branchLayers(settings, settings.scope.child('branch1'));
  const shortcut = run([depthwise(0, input, 2), pointwise(2, input, width / 2)]);
  const branch = mainBranch(settings, input, width / 2, 2);
  return (ops, x) => ops.interleaveChannels(shortcut(ops, x), branch(ops, x));
}

/**
 * Builds ShuffleNet-V2 1.0× (Ma et al. 2018) without its classifier. Names are those of torchvision's
 * `shufflenet_v2_x1_0`, in a detector behind `backbone.body.`: its `maxpool`, `stage2`, `stage3` make C2 to C4, and
 * `stage4` with `conv5`, the 1×1 convolution before the classifier, C5.
 */
export function shuffleNetV2(stage: (index: number) => StageSettings): Backbone {
  const { scope, norm } = stage(0);
  const stem = normedConvolutionLayer(
    { convolution: scope.child('conv1.0'), norm: scope.child('conv1.1') },
    {
      in: 3,
      out: stemWidth,
      kernel: 3,
      stride: 2,
      initializer: kaimingNormal(9 * stemWidth),
      activation: 'relu',
    },
    norm,
  );
  let input = stemWidth;
  const [c3, c4, units] = rows.map(({ width, units }, row) => {
    // C2 is nothing but the pooled stem.
    const settings = stage(row + 2);
    const parts = Array.from({ length: units }, (_, i) => {
      const ofUnit = { ...settings, scope: settings.scope.child(`stage${row + 2}.${i}`) };
      return i === 0 ? downsamplingUnit(ofUnit, input, width) : basicUnit(ofUnit, width);
    });
    input = width;
    return inSequence(parts);
  });
  const last = stage(4);
  const widening = normedConvolutionLayer(
    { convolution: last.scope.child('conv5.0'), norm: last.scope.child('conv5.1') },
    { in: input, out: lastWidth, kernel: 1, initializer: kaimingNormal(lastWidth), activation: 'relu' },
    last.norm,
  );
  return {
    channels: [stemWidth, 116, 232, lastWidth],
    stem: (ops, images) => ops.convolution(stem, images),
    stages: [
      (ops, x) => ops.maxPool(x, 3, { stride: 2, padding: 1 }),
      c3,
      c4,
      (ops, x) => ops.convolution(widening, units(ops, x)),
    ],
    classifier: { name: 'fc', dropout: 0 },
  };
}
