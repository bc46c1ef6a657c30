import type { ShapesDataConfig, VocDataConfig } from '../../config/schema.js';
import { shapeClasses } from './classes.js';

/** The generated data set as what it is on the disk: one in VOC's layout. */
export function shapesAsVoc({ root }: ShapesDataConfig): VocDataConfig {
  return {
    format: 'voc',
    root,
    year: 2012,
    train: 'train',
    val: 'val',
    classes: [...shapeClasses],
    maskClasses: [...shapeClasses],
  };
}
