import sharp, { type Sharp } from 'sharp';
import type { ImageSize } from '../../geometry/image-size.js';
import type { RgbImage } from '../sample.js';
import type { CropResize, Region } from './crop.js';
import { asSeen, decode, decodeOwn, decodeRgb, mended, openEncoded, unreadable } from './decode-rgb.js';
import { resizeImage } from './resize-sample.js';

/**
 * Decodes a part of an image at another size, upright and without the detour of its full size. It is scaled bilinearly with
 * antialiasing, as Pillow does; colors are those of `decodeRgb`.
 *
 * @param name its name in error messages
 * @param choose gives the view of an image of a size
 * @throws UserError when the image is cut off, damaged or of an unknown format
 */
export async function decodeCropResized(
  encoded: Uint8Array,
  name: string,
  choose: (size: ImageSize) => CropResize,
): Promise<RgbImage> {
  let view: CropResize | undefined;
  // Chosen once: drawing a view takes random numbers.
  const viewOf = (size: ImageSize): CropResize => {
    view ??= choose(size);
    return view;
  };
  try {
    const own = decodeOwn(encoded);
    if (own) return await cropResize(own, viewOf(own));
    const seen = await mended(encoded, async (bytes) => {
      const image = openEncoded(bytes, 'error', true);
      const { space, hasAlpha, autoOrient } = await image.metadata();
      // Scaling would mix what is transparent with what isn't, and CMYK has its own conversion.
      return space === 'cmyk' || hasAlpha ? undefined : cut(image, autoOrient, viewOf(autoOrient));
    });
    if (seen) return seen;
  } catch (error) {
    throw unreadable(error, encoded, name);
  }
  const image = await decodeRgb(encoded, name, asSeen);
  return cropResize(image, viewOf(image));
}

/** A part of an image at another size. */
export async function cropResize({ data, width, height }: RgbImage, view: CropResize): Promise<RgbImage> {
  return cut(sharp(data, { raw: { width, height, channels: 3 } }), { width, height }, view);
}

async function cut(image: Sharp, size: ImageSize, { region, scaled, crop }: CropResize): Promise<RgbImage> {
  const { width, height } = region ?? size;
  const taken = region ? image.extract(region) : image;
  // libvips reduces as Pillow does, but enlarges with a shift of half a pixel.
  const reduced = { width: Math.min(width, scaled.width), height: Math.min(height, scaled.height) };
  const resized = taken.resize(reduced.width, reduced.height, { fit: 'fill', kernel: 'linear' });
  if (reduced.width === scaled.width && reduced.height === scaled.height) {
    return decode(crop ? resized.extract(crop) : resized);
  }
  const enlarged = resizeImage(await decode(resized), scaled);
  return crop ? cropImage(enlarged, crop) : enlarged;
}

function cropImage({ data, width }: RgbImage, region: Region): RgbImage {
  const cropped = new Uint8Array(3 * region.width * region.height);
  for (let y = 0; y < region.height; y++) {
    const from = 3 * ((region.top + y) * width + region.left);
    cropped.set(data.subarray(from, from + 3 * region.width), 3 * y * region.width);
  }
  return { width: region.width, height: region.height, data: cropped };
}
