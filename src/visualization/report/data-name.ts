import type { Config } from '../../config/schema.js';
import { vocClasses } from '../../config/voc-classes.js';

/** Such as `Pascal VOC 2012, val`. */
export function dataName({ data }: Config, split: 'train' | 'val'): string {
  const set = data.format === 'shapes' ? 'generated shapes' : `Pascal VOC ${data.year}`;
  return `${set}, ${listName(data, split)}`;
}

/** The name of the list of a split's images. */
function listName(data: Config['data'], split: 'train' | 'val'): string {
  return data.format === 'voc' ? data[split] : split;
}

/** Whether these are the data that the paper's figures are about: VOC 2012's segmentation val with its 20 classes. */
export function isPapersData({ data }: Config, split: 'train' | 'val'): boolean {
  return (
    data.format === 'voc' &&
    data.year === 2012 &&
    listName(data, split) === 'val' &&
    data.classes.length === vocClasses.length &&
    vocClasses.every((name) => data.classes.includes(name))
  );
}
