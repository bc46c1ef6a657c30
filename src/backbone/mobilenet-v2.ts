import { kaimingNormal } from '../nn/initializers.js';
import { type Convolution, normedConvolutionLayer, normedDepthwiseLayer } from '../nn/layers.js';
import type { Scope } from '../nn/parameter.js';
import { type Backbone, inSequence, type Stage, type StageSettings } from './backbone.js';

/** Inverted residuals of Table 2: expansion t, width c, number n and stride s of the first, and their stage here. */
const rows = [
  { expansion: 1, width: 16, count: 1, stride: 1, stage: 0 },
  { expansion: 6, width: 24, count: 2, stride: 2, stage: 1 },
  { expansion: 6, width: 32, count: 3, stride: 2, stage: 2 },
  { expansion: 6, width: 64, count: 4, stride: 2, stage: 3 },
  { expansion: 6, width: 96, count: 3, stride: 1, stage: 3 },
  { expansion: 6, width: 160, count: 3, stride: 2, stage: 4 },
  { expansion: 6, width: 320, count: 1, stride: 1, stage: 4 },
];

/** Width of the 1×1 convolution before the classifier. */
const lastWidth = 1280;

/** Scopes of a convolution and its norm, named `name.0` and `name.1` as in torchvision's Conv2dNormActivation. */
const scopes = (scope: Scope, name: string) => ({
  convolution: scope.child(`${name}.0`),
  norm: scope.child(`${name}.1`),
});

/**
 * Builds an inverted residual with linear bottleneck (Section 3.3): 1×1 expansion, 3×3 depthwise convolution, both
 * with ReLU6, and 1×1 projection without activation, to which the input is added where it has the same shape.
 */
function invertedResidual(
  { scope, norm }: StageSettings,
  shape: {
    readonly input: number;
    readonly output: number;
    readonly expansion: number;
    readonly stride: number;
  },
): Stage {
  const { input, output, expansion, stride } = shape;
  const width = input * expansion;
  const layers: Convolution[] = [];
  if (expansion > 1) {
    layers.push(
      normedConvolutionLayer(
        scopes(scope, 'conv.0'),
        { in: input, out: width, kernel: 1, initializer: kaimingNormal(width), activation: 'relu6' },
        norm,
      ),
    );
  }
  layers.push(
    normedDepthwiseLayer(
      scopes(scope, `conv.${layers.length}`),
      { in: width, out: width, kernel: 3, stride, initializer: kaimingNormal(9), activation: 'relu6' },
      norm,
    ),
  );
  const projection = normedConvolutionLayer(
    {
      convolution: scope.child(`conv.${layers.length}`),
      norm: scope.child(`conv.${layers.length + 1}`),
    },
    { in: width, out: output, kernel: 1, initializer: kaimingNormal(output) },
    norm,
  );
  const isResidual = stride === 1 && input === output;
  return (ops, x) => {
    const features = layers.reduce((y, layer) => ops.convolution(layer, y), x);
    return ops.convolution(projection, features, isResidual ? x : undefined);
  };
}

/**
 * Builds MobileNet-V2 (Sandler et al. 2018) without its classifier. Names are those of torchvision's `mobilenet_v2`,
 * in a detector behind `backbone.body.`: its `features.3`, `.6` and `.13` make C2 to C4 and `features.18`, the 1×1
 * convolution before the classifier, C5.
 */
export function mobileNetV2(stage: (index: number) => StageSettings): Backbone {
  const { scope, norm } = stage(0);
  const stem = normedConvolutionLayer(
    scopes(scope, 'features.0'),
    { in: 3, out: 32, kernel: 3, stride: 2, initializer: kaimingNormal(9 * 32), activation: 'relu6' },
    norm,
  );
  const blocks: Stage[][] = [[], [], [], [], []];
  let input = 32;
  let index = 1;
  for (const row of rows) {
    const settings = stage(row.stage);
    for (let i = 0; i < row.count; i++) {
      const ofBlock = { ...settings, scope: settings.scope.child(`features.${index++}`) };
      const stride = i === 0 ? row.stride : 1;
      blocks[row.stage].push(
        invertedResidual(ofBlock, { input, output: row.width, expansion: row.expansion, stride }),
      );
      input = row.width;
    }
  }
  const last = stage(4);
  const widening = normedConvolutionLayer(
    scopes(last.scope, `features.${index}`),
    { in: input, out: lastWidth, kernel: 1, initializer: kaimingNormal(lastWidth), activation: 'relu6' },
    last.norm,
  );
  blocks[4].push((ops, x) => ops.convolution(widening, x));
  const [first, c2, c3, c4, c5] = blocks.map(inSequence);
  return {
    channels: [24, 32, 96, lastWidth],
    stem: (ops, images) => first(ops, ops.convolution(stem, images)),
    stages: [c2, c3, c4, c5],
    classifier: { name: 'classifier.1', dropout: 0.2 },
  };
}
