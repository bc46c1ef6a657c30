import type { ImageFolderDataConfig, ShapesDataConfig } from '../../config/schema.js';
import { shapeClasses } from '../shapes/classes.js';

/** The generated data set of single shapes as what it is on the disk: folders named by class. */
export function shapesAsImageFolder({ root }: Pick<ShapesDataConfig, 'root'>): ImageFolderDataConfig {
  return {
    format: 'image-folder',
    root,
    train: 'train',
    val: 'val',
    classes: [...shapeClasses],
    skipUnreadable: false,
  };
}
