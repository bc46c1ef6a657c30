import type { DataConfig } from '../config/schema.js';
import { shapeClasses } from './shapes/classes.js';

/** The classes that a config's data has; a label is an index into them. */
export function classesOf(data: DataConfig): readonly string[] {
  return data.format === 'shapes' ? shapeClasses : data.classes;
}
