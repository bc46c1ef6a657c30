import type { Convolution, Linear } from './layers.js';

/**
 * Operations that networks are written in. A network's forward pass is generic in `T`, the kind of value that flows
 * through it, and runs on whatever implements these operations: tensors with or without a tape (`tensor-ops.ts`), or
 * mere shapes, which is how parameters and multiply-adds are counted (`complexity/counter.ts`).
 *
 * Images are `[N, H, W, C]`, rows `[N, C]`.
 */
export interface Ops<T> {
  /** Convolution, norm or bias, sum with `residual`, activation. */
  convolution(layer: Convolution, x: T, residual?: T): T;
  /** Fully connected layer on rows. */
  linear(layer: Linear, x: T): T;
  /** Largest value of each window of `size` × `size`. */
  maxPool(x: T, size: number, window: { stride: number; padding: number }): T;
  /** Mean of each channel: `[N, H, W, C]` to `[N, C]`. */
  globalAveragePool(x: T): T;
  /** Nearest-neighbor upsampling of `top` to the size of `lateral`, added to it. */
  upsampleAdd(top: T, lateral: T): T;
  /** First and last half of the channels: `[N, H, W, 2C]` to `[N, H, W, C]` twice. */
  halveChannels(x: T): [first: T, last: T];
  /** Channels of two maps alternating: `[N, H, W, C]` twice to `[N, H, W, 2C]`. */
  interleaveChannels(a: T, b: T): T;
  /** Rows of maps: `[N, H, W, C]` to `[N, H · W · C]`. */
  flatten(x: T): T;
  /** Runs a block of layers, whose inner values training may compute again instead of keeping them. */
  block(run: (ops: Ops<T>, x: T) => T, x: T): T;
  /** Runs a part of a network; what it made and doesn't return may be freed. */
  part<R extends T | readonly T[]>(name: string, run: () => R): R;
}

/** Height or width of the output of a window that moves with `stride` over a side padded by `padding` at both ends. */
export function windowedSize(
  size: number,
  kernel: number,
  { stride, padding }: { stride: number; padding: number },
): number {
  return Math.floor((size + 2 * padding - kernel) / stride) + 1;
}
