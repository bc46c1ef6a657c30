import type { FpnModelConfig } from '../config/schema.js';
import type { Activation } from '../engine/ops/epilogue.js';
import { type Initializer, kaimingUniform, scaled } from './initializers.js';
import { type Convolution, convolutionLayer, depthwiseLayer } from './layers.js';
import type { Ops } from './ops.js';
import type { Scope } from './parameter.js';

/** Kind of the 3×3 convolutions behind the backbone. */
export type HeadConvolutionKind = FpnModelConfig['headConvolution'];

/** A 3×3 convolution with bias, or the depthwise and the pointwise one that stand in for it; they run in turn. */
export type HeadConvolution = readonly Convolution[];

/**
 * Builds a 3×3 convolution of the FPN, the RPN or the mask head. A `separable` one is a depthwise 3×3 convolution,
 * with neither bias nor activation, and a pointwise one that has both; for the same input its first outputs are as
 * large as those of a standard one.
 *
 * @param settings `initializer`: first values of a standard convolution's kernel
 */
export function headConvolution(
  scope: Scope,
  kind: HeadConvolutionKind,
  settings: {
    readonly in: number;
    readonly out: number;
    readonly initializer: Initializer;
    readonly activation?: Activation;
  },
): HeadConvolution {
  if (kind === 'standard') return [convolutionLayer(scope, { ...settings, kernel: 3 })];
  const { in: input, initializer } = settings;
  // Nine products a value instead of 9 · C: the one kernel keeps the variance, the other makes up for the rest.
  return [
    depthwiseLayer(scope.child('depthwise'), {
      in: input,
      out: input,
      kernel: 3,
      initializer: kaimingUniform(9),
    }),
    convolutionLayer(scope.child('pointwise'), {
      ...settings,
      kernel: 1,
      initializer: scaled(initializer, 3),
    }),
  ];
}

/** Runs a {@link HeadConvolution}. */
export function convolve<T>(ops: Ops<T>, layers: HeadConvolution, x: T): T {
  return layers.reduce((y, layer) => ops.convolution(layer, y), x);
}
