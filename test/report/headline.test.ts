import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.js';
import { dataName } from '../../src/report/headline.js';

const root = '/data';

test.each([
  [{ format: 'voc', root, year: 2007, val: 'mini' }, 'Pascal VOC 2007, mini'],
  [{ format: 'coco', root }, 'COCO annotation file, instances_val2017.json'],
  [{ format: 'sbd', root }, 'Semantic Boundaries Dataset, val'],
  [{ format: 'shapes', root }, 'generated shapes, val'],
])('%j is named', (data, name) => {
  const config = parseConfig({ data, training: { steps: 1, learningRate: 0.1 } }, [], 'test');
  expect(dataName(config, 'val')).toBe(name);
});
