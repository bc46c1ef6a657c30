import { UserError } from '../errors.js';
import { dataTypeWidth, toFloat32 } from './data-types.js';
import type { FileRanges } from './file-ranges.js';
import { span, type TensorView } from './state-dict.js';
import { elements, readableType, type TensorFile } from './tensor-file.js';

/** Where in a file a storage lies; undefined where there is none of that name. */
export type StoragePlace = (
  storage: string,
) => Promise<{ readonly position: number; readonly bytes: number } | undefined>;

/** A file of tensors that are views of storages. */
export function viewsOf(
  ranges: FileRanges,
  tensors: ReadonlyMap<string, TensorView>,
  placeOf: StoragePlace,
): TensorFile {
  const { file } = ranges;
  return {
    file,
    metadata: {},
    tensors,
    read: async (name) => {
      const view = tensors.get(name);
      if (!view) throw new UserError(`${file}: holds no tensor ${name}`);
      const type = readableType(file, name, view.type);
      const width = dataTypeWidth(type);
      const place = await placeOf(view.storage);
      if (!place || place.bytes < view.storageLength * width) {
        throw new UserError(`${file}: the values of ${name} are missing or cut off; copy or save it again`);
      }
      const values = await ranges.read(place.position + view.offset * width, span(view) * width);
      return gather(toFloat32(values, type), view);
    },
    close: () => ranges.close(),
  };
}

/** Puts a view's values in row-major order; `values` start at the view's first. */
function gather(values: Float32Array, { shape, strides }: TensorView): Float32Array {
  const count = elements(shape);
  const isContiguous = shape.every(
    (size, dimension) => size === 1 || strides[dimension] === elements(shape.slice(dimension + 1)),
  );
  if (isContiguous || count === 0) return values;
  const result = new Float32Array(count);
  const index = shape.map(() => 0);
  for (let i = 0, at = 0; i < count; i++) {
    result[i] = values[at];
    for (let dimension = shape.length - 1; dimension >= 0; dimension--) {
      at += strides[dimension];
      if (++index[dimension] < shape[dimension]) break;
      at -= strides[dimension] * shape[dimension];
      index[dimension] = 0;
    }
  }
  return result;
}
