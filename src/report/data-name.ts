import type { Config, DetectionConfig } from '../config/schema.js';
import { vocClasses } from '../config/voc-classes.js';

/** Such as `Pascal VOC 2012, val`. */
export function dataName({ data }: Config, split: 'train' | 'val'): string {
  return `${setName(data)}, ${listName(data, split)}`;
}

function setName(data: Config['data']): string {
  switch (data.format) {
    case 'voc':
      return `Pascal VOC ${data.year}`;
    case 'coco':
      return 'COCO annotation file';
    case 'sbd':
      return 'Semantic Boundaries Dataset';
    case 'image-folder':
      return 'image folder';
    case 'shapes':
      return 'generated shapes';
  }
}

/** The name of the list of a split's images. */
function listName(data: Config['data'], split: 'train' | 'val'): string {
  if (data.format === 'shapes') return split;
  return data.format === 'coco' ? data[split].replace(/^.*[\\/]/, '') : data[split];
}

/** Whether these are the data that the paper's figures are about: VOC 2012's segmentation val with its 20 classes. */
export function isPapersData({ data }: DetectionConfig, split: 'train' | 'val'): boolean {
  return (
    data.format === 'voc' &&
    data.year === 2012 &&
    listName(data, split) === 'val' &&
    data.classes.length === vocClasses.length &&
    vocClasses.every((name) => data.classes.includes(name))
  );
}
