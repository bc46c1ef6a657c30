import type { Activation } from '../engine/ops/epilogue.js';
import { type Initializer, ones, zeros } from './initializers.js';
import type { Layout, Parameter, Scope } from './parameter.js';

/**
 * Layers as data: their parameters and how their windows move. What they compute is up to whatever runs them (see
 * {@link Ops}).
 */

/** Batch norm (Ioffe and Szegedy 2015). */
export interface Norm {
  /**
   * `batch`: statistics of the batch in training, running ones in evaluation. `affine`: running statistics always,
   * scale and shift trained. `frozen`: nothing trained.
   */
  readonly mode: 'batch' | 'affine' | 'frozen';
  readonly epsilon: number;
  /** Weight of a new batch in the running statistics, 0 to 1. */
  readonly momentum: number;
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly runningMean: Parameter;
  readonly runningVariance: Parameter;
}

/** Behavior of the norms of a network; see {@link Norm}. */
export type NormSettings = Pick<Norm, 'mode' | 'epsilon' | 'momentum'>;

/** Convolution with the norm or bias behind it and the activation behind that. */
export interface Convolution {
  readonly kind: 'dense' | 'depthwise' | 'transposed';
  readonly weight: Parameter;
  readonly bias?: Parameter;
  readonly norm?: Norm;
  readonly activation?: Activation;
  readonly stride: number;
  readonly padding: number;
}

/** Fully connected layer with the activation behind it. */
export interface Linear {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly activation?: Activation;
}

const vector = (
  name: string,
  size: number,
  role: Parameter['role'],
  initializer: Initializer,
): Parameter => ({
  name,
  shape: [size],
  layout: { kind: 'vector' },
  role,
  trainable: role === 'bias' || role === 'norm',
  initializer,
});

/** Builds a batch norm over `channels`, its parameters named as PyTorch's BatchNorm2d. */
function batchNormLayer(scope: Scope, channels: number, settings: NormSettings, scale = ones): Norm {
  const role = settings.mode === 'frozen' ? 'constant' : 'norm';
  return {
    ...settings,
    weight: scope.add(vector('weight', channels, role, scale)),
    bias: scope.add(vector('bias', channels, role, zeros)),
    runningMean: scope.add(vector('running_mean', channels, 'statistic', zeros)),
    runningVariance: scope.add(vector('running_var', channels, 'statistic', ones)),
  };
}

interface ConvolutionSettings {
  readonly in: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride?: number;
  /** Number of zeros on each side; by default those that keep the size at stride 1. */
  readonly padding?: number;
  readonly initializer: Initializer;
  readonly activation?: Activation;
}

interface NormedSettings extends ConvolutionSettings {
  /** First values of the norm's scale; ones by default. */
  readonly normScale?: Initializer;
}

function kernel(scope: Scope, layout: Layout, shape: readonly number[], initializer: Initializer): Parameter {
  return scope.add({ name: 'weight', shape, layout, role: 'weight', trainable: true, initializer });
}

function window(settings: ConvolutionSettings): Pick<Convolution, 'stride' | 'padding'> {
  return { stride: settings.stride ?? 1, padding: settings.padding ?? Math.floor(settings.kernel / 2) };
}

const activated = ({ activation }: { activation?: Activation }): { activation?: Activation } =>
  activation ? { activation } : {};

/** Builds a convolution with bias. */
export function convolutionLayer(scope: Scope, settings: ConvolutionSettings): Convolution {
  const { in: input, out, kernel: k, initializer } = settings;
  return {
    kind: 'dense',
    weight: kernel(scope, { kind: 'convolution' }, [k, k, input, out], initializer),
    bias: scope.add(vector('bias', out, 'bias', zeros)),
    ...activated(settings),
    ...window(settings),
  };
}

/** Builds a convolution without bias, and a norm: `convolution` and `norm` are the scopes of their parameters. */
export function normedConvolutionLayer(
  scopes: { readonly convolution: Scope; readonly norm: Scope },
  settings: NormedSettings,
  norm: NormSettings,
): Convolution {
  const { in: input, out, kernel: k, initializer } = settings;
  return {
    kind: 'dense',
    weight: kernel(scopes.convolution, { kind: 'convolution' }, [k, k, input, out], initializer),
    norm: batchNormLayer(scopes.norm, out, norm, settings.normScale),
    ...activated(settings),
    ...window(settings),
  };
}

/** Builds a depthwise convolution (`out` a multiple of `in`) without bias. */
export function depthwiseLayer(scope: Scope, settings: ConvolutionSettings): Convolution {
  const { in: input, out, kernel: k, initializer } = settings;
  if (out % input !== 0) throw new RangeError(`${out} channels can't come from ${input} depthwise`);
  return {
    kind: 'depthwise',
    weight: kernel(scope, { kind: 'depthwise' }, [k, k, input, out / input], initializer),
    ...activated(settings),
    ...window(settings),
  };
}

/** Builds a depthwise convolution (`out` a multiple of `in`) without bias, and a norm. */
export function normedDepthwiseLayer(
  scopes: { readonly convolution: Scope; readonly norm: Scope },
  settings: ConvolutionSettings,
  norm: NormSettings,
): Convolution {
  return {
    ...depthwiseLayer(scopes.convolution, settings),
    norm: batchNormLayer(scopes.norm, settings.out, norm),
  };
}

/** Builds a transposed convolution with bias whose stride is the kernel's size. */
export function transposedConvolutionLayer(
  scope: Scope,
  settings: Omit<ConvolutionSettings, 'stride' | 'padding'>,
): Convolution {
  const { in: input, out, kernel: k, initializer } = settings;
  return {
    kind: 'transposed',
    weight: kernel(scope, { kind: 'transposed-convolution' }, [k, k, out, input], initializer),
    bias: scope.add(vector('bias', out, 'bias', zeros)),
    ...activated(settings),
    stride: k,
    padding: 0,
  };
}

interface LinearSettings {
  readonly in: number;
  readonly out: number;
  readonly initializer: Initializer;
  readonly activation?: Activation;
  /** Map that the input is flattened from. */
  readonly flattened?: { readonly height: number; readonly width: number; readonly channels: number };
}

/** Builds a fully connected layer with bias. */
export function linearLayer(scope: Scope, settings: LinearSettings): Linear {
  const layout: Layout = settings.flattened
    ? { kind: 'flattened-linear', ...settings.flattened }
    : { kind: 'linear' };
  return {
    weight: kernel(scope, layout, [settings.in, settings.out], settings.initializer),
    bias: scope.add(vector('bias', settings.out, 'bias', zeros)),
    ...activated(settings),
  };
}
