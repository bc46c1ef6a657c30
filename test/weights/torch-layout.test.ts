import { describe, expect, it } from 'vitest';
import { zeros } from '../../src/nn/initializers.js';
import type { Layout, Parameter } from '../../src/nn/parameter.js';
import { fromTorch, torchShape, toTorch } from '../../src/weights/torch-layout.js';

const parameter = (layout: Layout, shape: number[]): Parameter => ({
  name: 'weight',
  shape,
  layout,
  role: 'weight',
  trainable: true,
  initializer: zeros,
});
const counting = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => i);

describe('torch layouts', () => {
  const cases: [Parameter, number[]][] = [
    [parameter({ kind: 'vector' }, [5]), [5]],
    [parameter({ kind: 'convolution' }, [3, 3, 4, 6]), [6, 4, 3, 3]],
    [parameter({ kind: 'depthwise' }, [3, 3, 4, 2]), [8, 1, 3, 3]],
    [parameter({ kind: 'transposed-convolution' }, [2, 2, 5, 3]), [3, 5, 2, 2]],
    [parameter({ kind: 'linear' }, [4, 7]), [7, 4]],
    [parameter({ kind: 'flattened-linear', height: 2, width: 3, channels: 4 }, [24, 5]), [5, 24]],
  ];
  for (const [p, shape] of cases) {
    it(`${p.layout.kind}: shape, and there and back again`, () => {
      expect(torchShape(p)).toEqual(shape);
      const values = counting(p.shape.reduce((a, b) => a * b, 1));
      const there = toTorch(p, values);
      expect([...there].sort((a, b) => a - b)).toEqual([...values]);
      expect(fromTorch(p, there)).toEqual(values);
    });
  }

  it('turns a kernel from [k, k, in, out] to [out, in, k, k]', () => {
    const values = counting(2 * 2 * 3 * 4);
    const there = toTorch(parameter({ kind: 'convolution' }, [2, 2, 3, 4]), values);
    const at = (ky: number, kx: number, i: number, o: number) => values[((ky * 2 + kx) * 3 + i) * 4 + o];
    for (let o = 0; o < 4; o++) {
      for (let i = 0; i < 3; i++) {
        expect(there[((o * 3 + i) * 2 + 1) * 2 + 0]).toBe(at(1, 0, i, o));
      }
    }
  });

  it('turns the input of a layer behind a flattened map from [H, W, C] to [C, H, W]', () => {
    const p = parameter({ kind: 'flattened-linear', height: 2, width: 3, channels: 4 }, [24, 1]);
    const there = toTorch(p, counting(24));
    // Channel 1, row 1, column 2.
    expect(there[(1 * 2 + 1) * 3 + 2]).toBe((1 * 3 + 2) * 4 + 1);
  });
});
