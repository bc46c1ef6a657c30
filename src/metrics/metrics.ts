import type { protocols } from './protocols.js';

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

/** Every protocol's figures of one set of detections, as `metrics.json` holds them. */
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
  /** How each figure is computed. */
  readonly protocols: typeof protocols;
}
