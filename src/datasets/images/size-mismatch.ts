import type { ImageSize } from '../../geometry/image-size.js';
import type { Photo } from './stored-image.js';

/** What is wrong where masks aren't as large as their photograph; `undefined` where they are. */
export function sizeMismatch(
  file: string,
  { width, height }: ImageSize,
  { file: photo, image }: Photo,
): string | undefined {
  if (width === image.width && height === image.height) return undefined;
  const turned = width === image.height && height === image.width;
  return (
    `${file} is ${width}×${height} but ${photo} is ${image.width}×${image.height} pixels. ` +
    (turned
      ? 'The mask seems to be drawn on the turned photograph: masks belong to the pixels as they are stored, ' +
        'so store the photograph turned.'
      : 'Both must have the same size.')
  );
}
