import { kaimingNormal } from '../nn/initializers.js';
import { normedConvolutionLayer, normedDepthwiseLayer } from '../nn/layers.js';
import { type Backbone, inSequence, type Stage, type StageSettings } from './backbone.js';

/**
 * Width and number of the depthwise separable convolutions behind the stem's; each row but the first halves the size.
 */
const rows = [
  { width: 64, count: 1 },
  { width: 128, count: 2 },
  { width: 256, count: 2 },
  { width: 512, count: 6 },
  { width: 1024, count: 2 },
];

/** Builds a 3×3 depthwise and a 1×1 convolution, with norm and ReLU6 each. */
function separable({ scope, norm }: StageSettings, input: number, output: number, stride: number): Stage {
  const depthwise = normedDepthwiseLayer(
    { convolution: scope.child('conv_dw'), norm: scope.child('bn1') },
    { in: input, out: input, kernel: 3, stride, initializer: kaimingNormal(9), activation: 'relu6' },
    norm,
  );
  const pointwise = normedConvolutionLayer(
    { convolution: scope.child('conv_pw'), norm: scope.child('bn2') },
    { in: input, out: output, kernel: 1, initializer: kaimingNormal(output), activation: 'relu6' },
    norm,
  );
  return (ops, x) => ops.convolution(pointwise, ops.convolution(depthwise, x));
}

/**
 * Builds MobileNet-V1 (Howard et al. 2017) without its classifier. Names are those of timm's `mobilenetv1_100`, in a
 * detector behind `backbone.body.`: its `blocks.1` to `blocks.4` make C2 to C5.
 */
export function mobileNetV1(stage: (index: number) => StageSettings): Backbone {
  const { scope, norm } = stage(0);
  const stem = normedConvolutionLayer(
    { convolution: scope.child('conv_stem'), norm: scope.child('bn1') },
    { in: 3, out: 32, kernel: 3, stride: 2, initializer: kaimingNormal(9 * 32), activation: 'relu6' },
    norm,
  );
  let input = 32;
  const [first, c2, c3, c4, c5] = rows.map(({ width, count }, row) => {
    // The first row belongs to the stem.
    const settings = stage(row);
    const blocks = Array.from({ length: count }, (_, i) => {
      const ofBlock = { ...settings, scope: settings.scope.child(`blocks.${row}.${i}`) };
      const block = separable(ofBlock, input, width, row > 0 && i === 0 ? 2 : 1);
      input = width;
      return block;
    });
    return inSequence(blocks);
  });
  return {
    channels: [128, 256, 512, 1024],
    stem: (ops, images) => first(ops, ops.convolution(stem, images)),
    stages: [c2, c3, c4, c5],
    classifier: { name: 'classifier', dropout: 0 },
  };
}
