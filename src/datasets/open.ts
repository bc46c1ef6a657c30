import type { DataConfig } from '../config/schema.js';
import { openCoco } from './coco/open.js';
import type { Report } from './finding.js';
import type { Dataset, Purpose } from './sample.js';
import { openSbd } from './sbd/open.js';
import { shapesAsVoc } from './shapes/as-voc.js';
import { openVoc } from './voc/open.js';

/** How a split is opened. */
export interface OpenOptions {
  /** By default training for train, evaluation for val. */
  readonly purpose?: Purpose;
  /** Is told what is wrong with the list or the annotation file; by default that is refused. */
  readonly report?: Report;
}

/**
 * Opens a split of a config's data; generated data is generated where it isn't there yet.
 *
 * @param onGenerate called while images are generated, with the number done and of all.
 * @throws UserError when the data isn't there or its lists are wrong.
 */
export async function openDataset(
  data: DataConfig,
  split: 'train' | 'val',
  onGenerate?: (done: number, total: number) => void,
  { purpose = split === 'train' ? 'training' : 'evaluation', report }: OpenOptions = {},
): Promise<Dataset> {
  switch (data.format) {
    case 'voc':
      return openVoc(data, data[split], purpose, report);
    case 'coco':
      return openCoco(data, split, purpose, report);
    case 'sbd':
      return openSbd(data, split, purpose, report);
    case 'shapes': {
      // Drawing needs the canvas, which reading doesn't.
      const { generateShapes } = await import('./shapes/generate.js');
      await generateShapes(data, onGenerate);
      return openVoc(shapesAsVoc(data), split, purpose, report);
    }
  }
}
