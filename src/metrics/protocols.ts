import { type CocoMetrics, cocoAreaRanges, cocoIouThresholds, cocoMaxDetections } from './coco-protocol.js';
import { type vocIouThresholds, volumeIouThresholds } from './voc-protocol.js';

/** Definition of a metric. */
export interface Protocol {
  /** Who defined it. */
  readonly name: 'VOC devkit' | 'MNC, FCIS' | 'AP^r (SDS)' | 'COCO';
  readonly geometry: 'box' | 'mask';
  readonly figure: 'average precision' | 'average recall';
  /** Object of its class and image that a detection, by falling score, is compared with. */
  readonly matching: string;
  /** With more than one, the metric is the mean over them. */
  readonly iouThresholds: readonly number[];
  /** Comparison of the IoU with the threshold. */
  readonly iou: '≥' | '>';
  /** Average over the precision–recall curve: the area under its envelope, or the envelope's mean at 11 or 101 recalls. */
  readonly interpolation: 'all-point' | '11-point' | '101-point' | null;
  /** Number of detections that count, for an image and class; null for all. */
  readonly maxDetections: number | null;
  /** Name and bounds, both included, of the areas in square pixels that count; the last size class has no upper one. */
  readonly areaRange: { readonly name: string; readonly least: number; readonly most: number | null };
  readonly difficult: 'ignored' | 'counted';
  readonly crowds: 'ignored';
  readonly mean: 'over the classes that have an object to be found';
}

type Geometry = Protocol['geometry'];

const everywhere = {
  areaRange: { name: 'all', least: 0, most: null },
  crowds: 'ignored',
  mean: 'over the classes that have an object to be found',
} as const;

/** VOC's masks leave the outlines of objects open. */
const voidRule = (geometry: Geometry) => (geometry === 'mask' ? '; void pixels are background' : '');

function devkit(
  geometry: Geometry,
  threshold: (typeof vocIouThresholds)[number],
  interpolation: 'all-point' | '11-point',
): Protocol {
  return {
    // The devkit scores boxes only; MNC and FCIS took its rule to masks, with 11 points.
    name: geometry === 'mask' && interpolation === '11-point' ? 'MNC, FCIS' : 'VOC devkit',
    geometry,
    figure: 'average precision',
    matching: `the object with the highest IoU; a second match is a false positive${voidRule(geometry)}`,
    iouThresholds: [threshold],
    iou: '≥',
    interpolation,
    maxDetections: null,
    difficult: geometry === 'box' ? 'ignored' : 'counted',
    ...everywhere,
  };
}

function sds(iouThresholds: readonly number[]): Protocol {
  return {
    name: 'AP^r (SDS)',
    geometry: 'mask',
    figure: 'average precision',
    matching: `the object with the highest IoU among those not found yet${voidRule('mask')}`,
    iouThresholds,
    iou: '>',
    interpolation: 'all-point',
    maxDetections: null,
    difficult: 'counted',
    ...everywhere,
  };
}

const nominalIous = Array.from(cocoIouThresholds, (threshold) => Number(threshold.toFixed(2)));

function coco(
  geometry: Geometry,
  figure: Protocol['figure'],
  { size = 'all', ious = nominalIous, most = cocoMaxDetections }: CocoVariant = {},
): Protocol {
  return {
    name: 'COCO',
    geometry,
    figure,
    matching: 'the object with the highest IoU among those not found yet',
    iouThresholds: ious,
    iou: '≥',
    interpolation: figure === 'average precision' ? '101-point' : null,
    maxDetections: most,
    difficult: 'counted',
    ...everywhere,
    areaRange: areaRange(size),
  };
}

interface CocoVariant {
  readonly size?: (typeof cocoAreaRanges)[number]['name'];
  readonly ious?: readonly number[];
  readonly most?: number;
}

function areaRange(size: CocoVariant['size']): Protocol['areaRange'] {
  const range = cocoAreaRanges.find(({ name }) => name === size) ?? cocoAreaRanges[0];
  return {
    name: range.name,
    least: range.least,
    most: range.most === cocoAreaRanges[0].most ? null : range.most,
  };
}

function cocoProtocols(geometry: Geometry): Record<keyof CocoMetrics, Protocol> {
  const [precision, recall] = ['average precision', 'average recall'] as const;
  return {
    AP: coco(geometry, precision),
    AP50: coco(geometry, precision, { ious: [0.5] }),
    AP75: coco(geometry, precision, { ious: [0.75] }),
    APs: coco(geometry, precision, { size: 'small' }),
    APm: coco(geometry, precision, { size: 'medium' }),
    APl: coco(geometry, precision, { size: 'large' }),
    AR1: coco(geometry, recall, { most: 1 }),
    AR10: coco(geometry, recall, { most: 10 }),
    AR100: coco(geometry, recall),
    ARs: coco(geometry, recall, { size: 'small' }),
    ARm: coco(geometry, recall, { size: 'medium' }),
    ARl: coco(geometry, recall, { size: 'large' }),
  };
}

function vocProtocols(geometry: Geometry) {
  return {
    AP50: devkit(geometry, 0.5, 'all-point'),
    AP50_11point: devkit(geometry, 0.5, '11-point'),
    AP70: devkit(geometry, 0.7, 'all-point'),
    AP70_11point: devkit(geometry, 0.7, '11-point'),
  };
}

/**
 * Protocol of every metric of `DetectionMetrics`, in the same places: `protocols.voc.mask.AP50` says how `voc.mask.AP50`
 * is computed, and but for the mean over classes that of each class in `voc.mask.perClass`.
 */
export const protocols = {
  AP_d: devkit('box', 0.5, 'all-point'),
  AP_m: devkit('mask', 0.5, 'all-point'),
  voc: {
    box: vocProtocols('box'),
    mask: { ...vocProtocols('mask'), AP_r: sds([0.5]), AP_r_vol: sds(volumeIouThresholds) },
  },
  coco: { box: cocoProtocols('box'), mask: cocoProtocols('mask') },
} as const;
