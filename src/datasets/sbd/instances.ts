import { type MatValue, readMatFile } from './mat-file.js';

/** The instances of an image. */
export interface InstanceFile {
  readonly height: number;
  readonly width: number;
  /** Row by row: 0 is background, n the n-th object. */
  readonly labels: Uint8Array;
  /** The class of each object; they count from 1. */
  readonly categories: readonly number[];
}

/**
 * Reads inst/<id>.mat: a structure `GTinst` with the object of each pixel (`Segmentation`) and the class of each object
 * (`Categories`). The outlines (`Boundaries`) aren't needed.
 *
 * @throws Error that says what is wrong with the file
 */
export function parseInstances(bytes: Uint8Array): InstanceFile {
  const truth = readMatFile(bytes).get('GTinst');
  if (truth?.kind !== 'struct') throw new Error('it has no structure GTinst');
  const segmentation = numbers(truth.fields.get('Segmentation'), 'Segmentation');
  const [height, width] = segmentation.dimensions;
  if (segmentation.dimensions.length !== 2) throw new Error('its Segmentation is no matrix');
  const labels = new Uint8Array(height * width);
  for (let x = 0, from = 0; x < width; x++) {
    for (let to = x; to < labels.length; to += width) {
      const label = segmentation.values[from++];
      labels[to] = label;
      if (labels[to] !== label)
        throw new Error(`its Segmentation holds ${label}, and objects count from 1 to 254`);
    }
  }
  return { height, width, labels, categories: Array.from(categoriesOf(truth.fields.get('Categories'))) };
}

/** An image without objects has an empty list, which isn't always written as numbers. */
function categoriesOf(value: MatValue | undefined): ArrayLike<number> {
  return value?.kind === 'other' ? [] : numbers(value, 'Categories').values;
}

function numbers(value: MatValue | undefined, name: string) {
  if (value?.kind !== 'numbers') throw new Error(`its GTinst has no numbers ${name}`);
  return value;
}
