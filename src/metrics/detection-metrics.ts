import type { GroundTruthObject } from '../datasets/ground-truth.js';
import { UserError } from '../errors.js';
import { type PrecisionRecall, rankByScore } from './average-precision.js';
import {
  type CocoClassRecord,
  type CocoMetrics,
  cocoAreaRanges,
  cocoClassMetrics,
  cocoIgnores,
  matchCoco,
  meanCocoMetrics,
} from './coco-protocol.js';
import type { MetricValue } from './metric-value.js';
import { boxOverlaps, maskOverlaps, type Overlaps } from './overlaps.js';
import { protocols } from './protocols.js';
import { checkScoredImage, type DetectedObject, masksOf, type ScoredImage } from './scored-image.js';
import {
  matchBest,
  matchBestUncovered,
  meanVocMaskMetrics,
  meanVocMetrics,
  packOutcomes,
  type VocClassRecord,
  type VocMaskMetrics,
  type VocMetrics,
  vocClassMetrics,
  vocCurve,
  vocIouThresholds,
  vocMaskClassMetrics,
  volumeIouThresholds,
} from './voc-protocol.js';

/** Values of each class by the class's name. */
export type PerClass<T> = Readonly<Record<string, T>>;
type WithPerClass<T> = T & { readonly perClass: PerClass<T> };

/** Leading metrics of a class, and the numbers of objects that they rest on. */
interface ClassMetrics {
  /** Number of annotated objects without crowds; difficult ones count. */
  readonly truths: number;
  /** Number of those that VOC's protocol for boxes leaves out. */
  readonly difficult: number;
  readonly crowds: number;
  readonly detections: number;
  readonly AP_d: MetricValue;
  readonly AP_m: MetricValue;
}

/** Every protocol's metrics of a set of detections, as `metrics.json` holds them. */
export interface DetectionMetrics {
  readonly AP_d: MetricValue;
  readonly AP_m: MetricValue;
  readonly images: number;
  readonly perClass: PerClass<ClassMetrics>;
  readonly voc: {
    readonly box: WithPerClass<VocMetrics>;
    /** Null where the detections or the annotated objects have no masks. */
    readonly mask: WithPerClass<VocMaskMetrics> | null;
  };
  readonly coco: {
    readonly box: WithPerClass<CocoMetrics>;
    /** Null where the detections or the annotated objects have no masks. */
    readonly mask: WithPerClass<CocoMetrics> | null;
  };
  /** Definition of each metric. */
  readonly protocols: typeof protocols;
}

/** Record of a class's detections, for boxes or for masks: columns with a number for each detection. */
interface GeometryRecord {
  readonly devkit: number[];
  readonly uncovered: number[];
  readonly verdicts: readonly number[][];
  /** Number of objects to be found by VOC's rule. */
  positives: number;
}

/** Record of a class. */
interface ClassRecord {
  readonly scores: number[];
  readonly positions: number[];
  readonly places: number[];
  /** Number of objects to be found by COCO's rule, for each size class. */
  readonly cocoPositives: number[];
  truths: number;
  difficult: number;
  crowds: number;
  readonly box: GeometryRecord;
  readonly mask: GeometryRecord;
}

/**
 * Scores detections by every protocol, image by image. Of an image it keeps the verdicts on each detection, about a
 * hundred bytes; boxes and masks themselves can go.
 */
export class DetectionEvaluator {
  readonly #classes: readonly string[];
  readonly #masks: boolean;
  readonly #records: readonly ClassRecord[];
  readonly #images = new Set<string | number>();

  /** @param options `masks`: whether masks are scored, too; then every object must have one */
  constructor(classes: readonly string[], { masks }: { masks: boolean }) {
    this.#classes = classes;
    this.#masks = masks;
    this.#records = classes.map(() => ({
      scores: [],
      positions: [],
      places: [],
      cocoPositives: cocoAreaRanges.map(() => 0),
      truths: 0,
      difficult: 0,
      crowds: 0,
      box: newGeometryRecord(),
      mask: newGeometryRecord(),
    }));
  }

  /**
   * Adds an image. COCO breaks ties between equal scores by the order of the images.
   *
   * @throws UserError for an image that was added before, and for what `checkScoredImage` finds.
   */
  add(image: ScoredImage): void {
    if (this.#images.has(image.id)) throw new UserError(`image ${image.id} is there twice`);
    checkScoredImage(image, this.#classes.length, this.#masks);
    this.#images.add(image.id);
    const groundTruth = groupByLabel(image.groundTruth);
    const detections = groupByLabel(image.detections);
    for (const label of new Set([...groundTruth.keys(), ...detections.keys()])) {
      const found = detections.get(label) ?? [];
      addToClass(this.#records[label], groundTruth.get(label) ?? [], found, this.#masks);
    }
  }

  /** Metrics of all images so far. */
  metrics(): DetectionMetrics {
    const box = this.#perClass((record) => vocClassMetrics(vocClassRecord(record, record.box)));
    const mask = this.#perClass((record) => vocMaskClassMetrics(vocClassRecord(record, record.mask)));
    const cocoBox = this.#perClass((record) => cocoClassMetrics(cocoClassRecord(record, record.box)));
    const cocoMask = this.#perClass((record) => cocoClassMetrics(cocoClassRecord(record, record.mask)));
    const voc = {
      box: { ...meanVocMetrics(Object.values(box)), perClass: box },
      mask: this.#masks ? { ...meanVocMaskMetrics(Object.values(mask)), perClass: mask } : null,
    };
    return {
      AP_d: voc.box.AP50,
      AP_m: voc.mask === null ? null : voc.mask.AP50,
      images: this.#images.size,
      perClass: this.#perClass((record, name) => ({
        truths: record.truths,
        difficult: record.difficult,
        crowds: record.crowds,
        detections: record.scores.length,
        AP_d: voc.box.perClass[name].AP50,
        AP_m: voc.mask === null ? null : voc.mask.perClass[name].AP50,
      })),
      voc,
      coco: {
        box: { ...meanCocoMetrics(Object.values(cocoBox)), perClass: cocoBox },
        mask: this.#masks ? { ...meanCocoMetrics(Object.values(cocoMask)), perClass: cocoMask } : null,
      },
      protocols,
    };
  }

  /**
   * Precision–recall curves behind AP_d (`box`) and AP_m (`mask`); null for a class without objects to be found.
   */
  curves(geometry: 'box' | 'mask'): PerClass<PrecisionRecall | null> {
    return this.#perClass((record) => vocCurve(vocClassRecord(record, record[geometry]), 0.5));
  }

  #perClass<T>(compute: (record: ClassRecord, name: string) => T): PerClass<T> {
    return Object.fromEntries(this.#classes.map((name, i) => [name, compute(this.#records[i], name)]));
  }
}

function newGeometryRecord(): GeometryRecord {
  return { devkit: [], uncovered: [], verdicts: cocoAreaRanges.map(() => []), positives: 0 };
}

function groupByLabel<T extends { readonly label: number }>(objects: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const object of objects) {
    const group = groups.get(object.label);
    if (group === undefined) groups.set(object.label, [object]);
    else group.push(object);
  }
  return groups;
}

/** Adds the objects of one class in one image. */
function addToClass(
  record: ClassRecord,
  groundTruth: readonly GroundTruthObject[],
  unsorted: readonly DetectedObject[],
  masks: boolean,
): void {
  const ranking = rankByScore(unsorted.map(({ score }) => score));
  const detections = Array.from(ranking, (i) => unsorted[i]);
  detections.forEach(({ score, position }, place) => {
    record.scores.push(score);
    record.positions.push(position);
    record.places.push(place);
  });
  const crowds = groundTruth.map(({ crowd }) => crowd);
  const crowdsAndDifficult = groundTruth.map(({ crowd, difficult }) => crowd || difficult);
  record.crowds += countTrue(crowds);
  record.truths += groundTruth.length - countTrue(crowds);
  record.difficult += groundTruth.filter(({ crowd, difficult }) => difficult && !crowd).length;
  cocoAreaRanges.forEach((range, i) => {
    record.cocoPositives[i] += groundTruth.filter((object) => !cocoIgnores(object, range)).length;
  });

  const boxes = boxOverlaps(
    detections.map(({ box }) => box),
    groundTruth.map(({ box }) => box),
    crowds,
  );
  addDevkit(record.box, boxes, crowdsAndDifficult);
  addCoco(record.box, boxes, detections, groundTruth);
  if (masks) {
    const overlaps = maskOverlaps(masksOf(detections), masksOf(groundTruth), crowds);
    addDevkit(record.mask, overlaps, crowds);
    addUncovered(record.mask, overlaps, crowds);
    addCoco(record.mask, overlaps, detections, groundTruth);
  }
}

function addDevkit(record: GeometryRecord, overlaps: Overlaps, ignored: readonly boolean[]): void {
  const outcomes = vocIouThresholds.map((threshold) => matchBest(overlaps, ignored, threshold));
  for (let row = 0; row < overlaps.rows; row++) record.devkit.push(packOutcomes(outcomes, row));
  record.positives += ignored.length - countTrue(ignored);
}

function addUncovered(record: GeometryRecord, overlaps: Overlaps, ignored: readonly boolean[]): void {
  const outcomes = volumeIouThresholds.map((threshold) => matchBestUncovered(overlaps, ignored, threshold));
  for (let row = 0; row < overlaps.rows; row++) record.uncovered.push(packOutcomes(outcomes, row));
}

function addCoco(
  record: GeometryRecord,
  overlaps: Overlaps,
  detections: readonly DetectedObject[],
  groundTruth: readonly GroundTruthObject[],
): void {
  cocoAreaRanges.forEach((range, i) => {
    const verdicts = matchCoco(overlaps, detections, groundTruth, range);
    for (const verdict of verdicts) record.verdicts[i].push(verdict);
  });
}

function vocClassRecord({ scores, positions }: ClassRecord, record: GeometryRecord): VocClassRecord {
  return { scores, positions, ...record };
}

function cocoClassRecord(record: ClassRecord, { verdicts }: GeometryRecord): CocoClassRecord {
  return { scores: record.scores, places: record.places, verdicts, positives: record.cocoPositives };
}

function countTrue(flags: readonly boolean[]): number {
  return flags.filter((flag) => flag).length;
}
