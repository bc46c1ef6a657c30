import type { Convolution, Linear, Norm } from '../nn/layers.js';
import { type Ops, windowedSize } from '../nn/ops.js';
import { isCounted, type Parameter, parameterSize } from '../nn/parameter.js';

/** Shape of a tensor in a network whose operations are counted: `[N, H, W, C]` or `[N, C]`. */
export type Shape = readonly number[];

/** Cost of one part of a network. */
interface PartComplexity {
  readonly name: string;
  /** Values that PyTorch's `parameters()` would list: no running statistics, no frozen norms. */
  readonly parameters: number;
  /** Multiply-adds of its convolutions and fully connected layers. */
  readonly multiplyAdds: number;
}

/** Cost of a network: the sums over all parts, and the parts. */
export interface Complexity {
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly parts: readonly PartComplexity[];
}

/**
 * Counts the cost of a network by running its own forward pass on shapes. Multiply-adds are those of convolutions, also
 * depthwise and transposed ones, and of fully connected layers; not of biases, norms, activations, pooling, RoIAlign,
 * upsampling and sums.
 */
export class ComplexityCounter {
  readonly #parts: PartComplexity[] = [];
  /** Multiply-adds of each weight; 0 for other parameters. */
  readonly #seen = new Map<Parameter, number>();

  /**
   * Runs a part of a network. Parameters that an earlier part uses, too, are counted there; a part without layers isn't
   * listed.
   *
   * @returns what `run` returns
   */
  count<R>(name: string, run: (ops: Ops<Shape>) => R): R {
    const ops = new ShapeOps();
    const result = run(ops);
    if (ops.used.size === 0) return result;
    const parameters = [...ops.used.keys()].filter((parameter) => !this.#seen.has(parameter));
    for (const [parameter, multiplyAdds] of ops.used) {
      this.#seen.set(parameter, multiplyAdds + (this.#seen.get(parameter) ?? 0));
    }
    this.#parts.push({
      name,
      parameters: sum(parameters.filter(isCounted).map(parameterSize)),
      multiplyAdds: sum([...ops.used.values()]),
    });
    return result;
  }

  /** Multiply-adds of some of the layers, chosen by their weights. */
  multiplyAddsOf(select: (weight: Parameter) => boolean): number {
    return sum([...this.#seen].flatMap(([weight, multiplyAdds]) => (select(weight) ? [multiplyAdds] : [])));
  }

  complexity(): Complexity {
    const parts = this.#parts;
    return {
      parameters: sum(parts.map((part) => part.parameters)),
      multiplyAdds: sum(parts.map((part) => part.multiplyAdds)),
      parts,
    };
  }
}

/** Runs a network on shapes; notes the parameters that it uses and the multiply-adds with each. */
class ShapeOps implements Ops<Shape> {
  readonly used = new Map<Parameter, number>();

  convolution(layer: Convolution, x: Shape, residual?: Shape): Shape {
    const { kind, weight, bias, norm } = layer;
    const [n, h, w, channels] = x;
    const [k, , second, last] = weight.shape;
    if (kind === 'transposed') {
      requireEqual(channels, last, weight);
      // Each pixel of the input meets each value of the kernel.
      this.#use(n * h * w, weight, bias, norm);
      return [n, (h - 1) * layer.stride + k, (w - 1) * layer.stride + k, second];
    }
    requireEqual(channels, second, weight);
    const height = windowedSize(h, k, layer);
    const width = windowedSize(w, k, layer);
    this.#use(n * height * width, weight, bias, norm);
    const y = [n, height, width, kind === 'depthwise' ? second * last : last];
    if (residual && residual.join() !== y.join()) {
      throw new RangeError(`${weight.name}: a sum of ${y.join('×')} and ${residual.join('×')}`);
    }
    return y;
  }

  linear({ weight, bias }: Linear, [n, channels]: Shape): Shape {
    const [input, output] = weight.shape;
    requireEqual(channels, input, weight);
    this.#use(n, weight, bias);
    return [n, output];
  }

  maxPool([n, h, w, c]: Shape, size: number, window: { stride: number; padding: number }): Shape {
    return [n, windowedSize(h, size, window), windowedSize(w, size, window), c];
  }

  globalAveragePool([n, , , c]: Shape): Shape {
    return [n, c];
  }

  upsampleAdd(_top: Shape, lateral: Shape): Shape {
    return lateral;
  }

  halveChannels([n, h, w, c]: Shape): [first: Shape, last: Shape] {
    return [
      [n, h, w, c / 2],
      [n, h, w, c / 2],
    ];
  }

  interleaveChannels(a: Shape, b: Shape): Shape {
    if (a.join() !== b.join()) throw new RangeError(`channels of ${a.join('×')} and ${b.join('×')} in turns`);
    const [n, h, w, c] = a;
    return [n, h, w, 2 * c];
  }

  flatten([n, h, w, c]: Shape): Shape {
    return [n, h * w * c];
  }

  block(run: (ops: ShapeOps, x: Shape) => Shape, x: Shape): Shape {
    return run(this, x);
  }

  part<R extends Shape | readonly Shape[]>(_name: string, run: () => R): R {
    return run();
  }

  /** Notes that each value of a weight is multiplied `times` times. */
  #use(times: number, weight: Parameter, bias?: Parameter, norm?: Norm): void {
    this.used.set(weight, times * parameterSize(weight) + (this.used.get(weight) ?? 0));
    const others = norm ? [norm.weight, norm.bias] : bias ? [bias] : [];
    for (const parameter of others) this.used.set(parameter, 0);
  }
}

function requireEqual(channels: number, expected: number, { name }: Parameter): void {
  if (channels !== expected) throw new RangeError(`${name} takes ${expected} channels, not ${channels}`);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
