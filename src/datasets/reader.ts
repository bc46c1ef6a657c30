import type { DataConfig } from '../config/schema.js';
import { classesOf } from './classes.js';
import { readCocoImage } from './coco/reader.js';
import { type ImageReader, sampleOf } from './read-image.js';
import type { Purpose, SampleReader } from './sample.js';
import { sbdImageReader } from './sbd/reader.js';
import { shapesAsVoc } from './shapes/as-voc.js';
import { vocImageReader } from './voc/reader.js';

/** A reader of a config's samples. */
export function sampleReader(data: DataConfig, purpose: Purpose): SampleReader {
  const read = imageReader(data);
  return async (id, record) => sampleOf(await read(id, record), classesOf(data), purpose);
}

/**
 * A reader of a config's images.
 *
 * @param thorough whether to read what is needed for checks alone, too
 */
export function imageReader(data: DataConfig, thorough = false): ImageReader {
  switch (data.format) {
    case 'voc':
      return vocImageReader(data, thorough);
    case 'coco':
      return readCocoImage;
    case 'sbd':
      return sbdImageReader(data);
    case 'shapes':
      return vocImageReader(shapesAsVoc(data), thorough);
  }
}
