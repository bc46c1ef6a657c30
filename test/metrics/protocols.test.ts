import { describe, expect, it } from 'vitest';
import { evaluateDetections } from '../../src/metrics/detection-evaluation.js';
import { type Protocol, protocols } from '../../src/metrics/protocols.js';

/** The paths of an object's numbers, or of what has a name: a protocol. */
function paths(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || 'name' in value) return [prefix];
  return Object.entries(value).flatMap(([key, child]) =>
    paths(child, prefix === '' ? key : `${prefix}.${key}`),
  );
}

describe('protocols', () => {
  it('has one for every metric', () => {
    const { metrics } = evaluateDetections([], ['cat']);
    const values = paths({ AP_d: metrics.AP_d, AP_m: metrics.AP_m, voc: metrics.voc, coco: metrics.coco });
    const named = paths(protocols);
    const means = values.filter((path) => !path.includes('perClass'));
    expect(named.toSorted()).toEqual(means.toSorted());
    expect(named).toHaveLength(2 + 4 + 6 + 2 * 12);
    // A class's metric is by the protocol of the mean.
    const ofCat = values.filter((path) => path.includes('perClass'));
    expect(ofCat.map((path) => path.replace('.perClass.cat', '')).toSorted()).toEqual(
      named.filter((path) => path.includes('.')).toSorted(),
    );
    expect(metrics.protocols).toBe(protocols);
  });

  it('says what distinguishes them', () => {
    const { AP_d, AP_m, voc, coco } = protocols;
    expect(AP_d).toMatchObject({ name: 'VOC devkit', geometry: 'box', iouThresholds: [0.5], iou: '≥' });
    expect(AP_d).toMatchObject({ interpolation: 'all-point', difficult: 'ignored', maxDetections: null });
    expect(AP_m).toEqual(voc.mask.AP50);
    expect(AP_m).toMatchObject({ geometry: 'mask', difficult: 'counted' });
    expect(voc.mask.AP70_11point).toMatchObject({ name: 'MNC, FCIS', interpolation: '11-point' });
    expect(voc.mask.AP_r_vol).toMatchObject({
      iou: '>',
      iouThresholds: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    });
    expect(coco.box.AP).toMatchObject({ interpolation: '101-point', maxDetections: 100 });
    expect(coco.box.AP.iouThresholds).toEqual([0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]);
    expect(coco.mask.APm.areaRange).toEqual({ name: 'medium', least: 1024, most: 9216 });
    expect(coco.mask.APl.areaRange).toEqual({ name: 'large', least: 9216, most: null });
    const recall: Protocol = coco.mask.AR10;
    expect(recall).toMatchObject({ figure: 'average recall', interpolation: null, maxDetections: 10 });
  });
});
