import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TensorFile } from '../../src/weights/tensor-file.js';

/** Files that scripts/golden/weights.py wrote. */

export function goldenWeights(name: string): string {
  return fileURLToPath(new URL(`../golden/weights/${name}`, import.meta.url));
}

/** Shapes of the tensors of networks from torchvision and timm, by their names, in their order. */
const stateDicts: Readonly<Record<string, Readonly<Record<string, number[]>>>> = JSON.parse(
  readFileSync(new URL('../golden/state-dicts.json', import.meta.url), 'utf8'),
);

export function stateDict(network: string): ReadonlyMap<string, readonly number[]> {
  return new Map(Object.entries(stateDicts[network]));
}

/** A file of tensors of these shapes, without values. */
export function fileOfShapes(shapes: ReadonlyMap<string, readonly number[]>): TensorFile {
  return {
    file: 'network.pth',
    metadata: {},
    tensors: new Map([...shapes].map(([name, shape]) => [name, { shape, type: 'float32' }])),
    read: async (name) => {
      throw new Error(`${name} has no values`);
    },
    close: async () => {},
  };
}
