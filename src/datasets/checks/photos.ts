import type { ImageCheck } from './context.js';

/** Photographs that viewers show turned: whoever drew the masks may have seen them so. */
export const checkOrientation: ImageCheck = ({ photo }) => {
  if (!photo || photo.orientation === 1) return [];
  const { file, orientation } = photo;
  const message =
    `${file} has the EXIF orientation ${orientation}, so viewers show it turned, but masks belong to the pixels as they ` +
    'are stored. See with atto view whether they fit; to be safe, store the photograph upright.';
  return [{ code: 'exif-orientation', file, message }];
};

/** VOC's annotation says how large the photograph is that was annotated. */
export const checkStatedSize: ImageCheck = ({ photo, stated }) => {
  if (!photo || !stated) return [];
  const { file, size } = stated;
  if (size.width === photo.width && size.height === photo.height) return [];
  const message =
    `${file} is about a photograph of ${size.width}×${size.height}, but ${photo.file} has ` +
    `${photo.width}×${photo.height} pixels. See whether it belongs to this photograph, and correct it.`;
  return [{ code: 'annotation-size', file, message }];
};
