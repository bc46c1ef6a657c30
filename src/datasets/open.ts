import type { DataConfig, VocDataConfig } from '../config/schema.js';
import type { Dataset, Purpose, SampleReader } from './sample.js';
import { shapesAsVoc } from './shapes/as-voc.js';
import { openVoc } from './voc/open.js';
import { vocReader } from './voc/reader.js';

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
): Promise<Dataset> {
  if (data.format === 'shapes') {
    // Drawing needs the canvas, which reading doesn't.
    const { generateShapes } = await import('./shapes/generate.js');
    await generateShapes(data, onGenerate);
  }
  const voc = inVocLayout(data);
  return openVoc(voc, voc[split], split === 'train' ? 'training' : 'evaluation');
}

/** A reader of a config's samples by their ids. */
export function sampleReader(data: DataConfig, purpose: Purpose): SampleReader {
  return vocReader(inVocLayout(data), purpose);
}

function inVocLayout(data: DataConfig): VocDataConfig {
  return data.format === 'shapes' ? shapesAsVoc(data) : data;
}
