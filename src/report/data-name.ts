import type { Config } from '../config/schema.js';
import { formatOf } from '../datasets/formats.js';

/** Name of a split, such as `Pascal VOC 2012, val`. */
export function dataName({ data }: Config, split: 'train' | 'val'): string {
  return formatOf(data).title(data, split);
}

/** Whether these are the data that the paper's figures are about: VOC 2012's segmentation val with its 20 classes. */
export function isPapersData({ data }: Config, split: 'train' | 'val'): boolean {
  return formatOf(data).benchmark?.(data, split) === 'VOC 2012 segmentation val';
}
