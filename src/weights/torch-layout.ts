import type { Parameter } from '../nn/parameter.js';

/**
 * Reorders the dimensions of an array.
 *
 * @param data row-major, of shape `shape`
 * @param order dimension `i` of the result is dimension `order[i]` of `data`
 */
function permute(data: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1));
  const sizes = order.map((dimension) => shape[dimension]);
  const steps = order.map((dimension) => strides[dimension]);
  const result = new Float32Array(data.length);
  let position = 0;
  const visit = (depth: number, from: number): void => {
    if (depth === sizes.length - 1) {
      for (let i = 0, at = from; i < sizes[depth]; i++, at += steps[depth]) result[position++] = data[at];
      return;
    }
    for (let i = 0; i < sizes[depth]; i++) visit(depth + 1, from + i * steps[depth]);
  };
  if (data.length > 0) visit(0, 0);
  return result;
}

/** Shape of a parameter here, the order of its dimensions in PyTorch, and its shape there. */
function torchLayout({ shape, layout }: Parameter): {
  readonly here: readonly number[];
  readonly order: readonly number[];
  readonly there: readonly number[];
} {
  switch (layout.kind) {
    case 'vector':
      return { here: shape, order: [0], there: shape };
    case 'convolution':
    case 'transposed-convolution': {
      const [height, width, second, first] = shape;
      return { here: shape, order: [3, 2, 0, 1], there: [first, second, height, width] };
    }
    case 'depthwise': {
      const [height, width, channels, multiplier] = shape;
      return { here: shape, order: [2, 3, 0, 1], there: [channels * multiplier, 1, height, width] };
    }
    case 'linear':
      return { here: shape, order: [1, 0], there: [shape[1], shape[0]] };
    case 'flattened-linear': {
      const { height, width, channels } = layout;
      const [inputs, outputs] = shape;
      return {
        here: [height, width, channels, outputs],
        order: [3, 2, 0, 1],
        there: [outputs, inputs],
      };
    }
  }
}

/** Shape of a parameter in PyTorch's state dict. */
export function torchShape(parameter: Parameter): readonly number[] {
  return torchLayout(parameter).there;
}

/** Values of a parameter in PyTorch's order, from those here. */
export function toTorch(parameter: Parameter, data: Float32Array): Float32Array {
  const { here, order } = torchLayout(parameter);
  return permute(data, here, order);
}

/** Values of a parameter in the order here, from PyTorch's. */
export function fromTorch(parameter: Parameter, data: Float32Array): Float32Array {
  const { here, order } = torchLayout(parameter);
  const back = order.map((_, dimension) => order.indexOf(dimension));
  return permute(
    data,
    order.map((dimension) => here[dimension]),
    back,
  );
}
