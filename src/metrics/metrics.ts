/**
 * A figure from 0 to 1, unrounded; null where the protocol leaves it undefined, which is where there is no truth to
 * be found.
 */
export type Figure = number | null;

/** VOC's figures of a class, or their means over the classes that have truths to be found. */
export interface VocFigures {
  readonly AP50: Figure;
  readonly AP50_11point: Figure;
  readonly AP70: Figure;
  readonly AP70_11point: Figure;
}

/** VOC's figures of masks: those of boxes, and AP^r. */
export interface VocMaskFigures extends VocFigures {
  readonly AP_r: Figure;
  readonly AP_r_vol: Figure;
}

/** COCO's twelve figures of a class, or their means over the classes that have truths to be found. */
export interface CocoFigures {
  readonly AP: Figure;
  readonly AP50: Figure;
  readonly AP75: Figure;
  readonly APs: Figure;
  readonly APm: Figure;
  readonly APl: Figure;
  readonly AR1: Figure;
  readonly AR10: Figure;
  readonly AR100: Figure;
  readonly ARs: Figure;
  readonly ARm: Figure;
  readonly ARl: Figure;
}

/** What belongs to each class, by the class's name. */
export type PerClass<T> = Readonly<Record<string, T>>;
export type WithPerClass<T> = T & { readonly perClass: PerClass<T> };

/** The figures of a class that come first, and how many objects they rest on. */
export interface ClassMetrics {
  /** Annotated objects without crowds; difficult ones count. */
  readonly truths: number;
  /** Those of them that the box protocol leaves out. */
  readonly difficult: number;
  readonly crowds: number;
  readonly detections: number;
  readonly AP_d: Figure;
  readonly AP_m: Figure;
}

/** Every protocol's figures of one set of detections, as `metrics.json` holds them. {@link protocols} names each. */
export interface Metrics {
  readonly AP_d: Figure;
  readonly AP_m: Figure;
  readonly images: number;
  readonly perClass: PerClass<ClassMetrics>;
  readonly voc: {
    readonly box: WithPerClass<VocFigures>;
    /** Null where the detections or the truths have no masks. */
    readonly mask: WithPerClass<VocMaskFigures> | null;
  };
  readonly coco: {
    readonly box: WithPerClass<CocoFigures>;
    /** Null where the detections or the truths have no masks. */
    readonly mask: WithPerClass<CocoFigures> | null;
  };
  readonly protocols: typeof protocols;
}

const devkit =
  'detections by falling score, each against the truth of its class with the highest IoU, second matches are false ' +
  'positives, mean over classes with a positive truth';
const box = `VOC devkit, boxes: ${devkit}; difficult objects and crowds are ignored`;
const mask = `VOC, masks: ${devkit}; difficult objects count, crowds are ignored, void is background`;
const sds = 'AP^r (SDS), masks: best uncovered truth, all-point, difficult objects count, crowds are ignored';
const coco =
  'COCO: best unmatched truth, 101 recall points, crowds are ignored, 100 detections an image and class';

/** The protocol behind each figure of {@link Metrics}, by the figure's path. */
export const protocols = {
  AP_d: `${box}; IoU ≥ 0.5; all-point`,
  AP_m: `${mask}; IoU ≥ 0.5; all-point`,
  'voc.box.AP50': `${box}; IoU ≥ 0.5; all-point`,
  'voc.box.AP50_11point': `${box}; IoU ≥ 0.5; 11-point`,
  'voc.box.AP70': `${box}; IoU ≥ 0.7; all-point`,
  'voc.box.AP70_11point': `${box}; IoU ≥ 0.7; 11-point`,
  'voc.mask.AP50': `${mask}; IoU ≥ 0.5; all-point`,
  'voc.mask.AP50_11point': `${mask}; IoU ≥ 0.5; 11-point, as MNC and FCIS report`,
  'voc.mask.AP70': `${mask}; IoU ≥ 0.7; all-point`,
  'voc.mask.AP70_11point': `${mask}; IoU ≥ 0.7; 11-point, as MNC and FCIS report`,
  'voc.mask.AP_r': `${sds}; IoU > 0.5`,
  'voc.mask.AP_r_vol': `${sds}; mean over IoU > 0.1, 0.2 … 0.9`,
  'coco.*.AP': `${coco}; mean over IoU 0.50:0.05:0.95; AP50 and AP75 at one of them; s, m, l: areas up to 32², 96² and above`,
  'coco.*.AR': `${coco}; mean recall over IoU 0.50:0.05:0.95, of the best 1, 10 or 100 detections an image and class`,
} as const;
