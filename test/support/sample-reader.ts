import type { DataSettings } from '../../src/datasets/dataset-format.js';
import { classesOf, detectionFormat } from '../../src/datasets/formats.js';
import { sampleOf } from '../../src/datasets/read-image.js';
import type { Purpose, Sample } from '../../src/datasets/sample.js';

/** A reader of samples by their ids, without a list of them. */
export function sampleReader(data: DataSettings, purpose: Purpose): (id: string) => Promise<Sample> {
  const reader = detectionFormat(data).detection.reader(data, false);
  return async (id) => sampleOf(await reader.read(id, undefined), classesOf(data), purpose);
}
