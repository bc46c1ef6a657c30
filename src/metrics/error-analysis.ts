import {
  allPointAveragePrecision,
  type Outcome,
  outcomes,
  precisionRecall,
  rankByScore,
} from './average-precision.js';
import type { PerClass } from './detection-metrics.js';
import { type ErrorType, type JudgedDetection, judgeImage, missedObjects } from './error-types.js';
import { type MetricValue, meanOfDefined } from './metric-value.js';
import { checkScoredImage, type ScoredImage } from './scored-image.js';

/** Quality of an image's detections from the analysis' score on. */
export interface ImageQuality {
  readonly id: string | number;
  /**
   * Panoptic quality of the image's instances (Kirillov et al., 2019): the sum of the IoUs of the correct detections,
   * divided by their number plus half the number of false positives and of objects not found. Null where there is none
   * of these.
   */
  readonly quality: MetricValue;
  readonly correct: number;
  readonly falsePositives: number;
  readonly notFound: number;
}

/** Number of objects of one class that were taken for another. */
export interface Confusion {
  /** Class of the object. */
  readonly groundTruth: string;
  /** Class of the detection. */
  readonly detected: string;
  readonly count: number;
}

/** Numbers of correct detections, of those of each error type, and of missed objects. */
export type OutcomeCounts = Readonly<Record<'correct' | ErrorType, number>>;

/** Errors by their types: see {@link errorTypes}. */
export interface ErrorSummary extends ErrorGains {
  readonly geometry: 'box' | 'mask';
  /** Detections from this score on are counted; `scores` holds all. */
  readonly score: number;
  readonly counts: OutcomeCounts;
  /** The same by the class of the detection, misses by that of the object. */
  readonly perClass: PerClass<OutcomeCounts>;
  /** Most frequent first. */
  readonly confusions: readonly Confusion[];
  /** Areas in square pixels of the objects to be found: of those that a correct detection finds, and of the others. */
  readonly areas: { readonly found: readonly number[]; readonly notFound: readonly number[] };
  /** Scores of all detections that aren't ignored: of the correct and of the wrong ones. */
  readonly scores: { readonly correct: readonly number[]; readonly wrong: readonly number[] };
  readonly images: readonly ImageQuality[];
}

/** Sorts the errors of a set of detections by type, image by image. */
export class ErrorAnalysis {
  readonly #classes: readonly string[];
  readonly #geometry: 'box' | 'mask';
  readonly #score: number;
  readonly #detections: RankedDetection[] = [];
  readonly #objects: WantedObject[] = [];
  readonly #images: ImageQuality[] = [];
  readonly #counts: readonly Record<'correct' | ErrorType, number>[];
  readonly #confusions = new Map<string, Confusion>();
  readonly #areas: { readonly found: number[]; readonly notFound: number[] } = { found: [], notFound: [] };
  readonly #scores: { readonly correct: number[]; readonly wrong: number[] } = { correct: [], wrong: [] };

  /** @param options `score`: detections from it on are those that a user would be shown */
  constructor(
    classes: readonly string[],
    { geometry, score = 0.5 }: { readonly geometry: 'box' | 'mask'; readonly score?: number },
  ) {
    this.#classes = classes;
    this.#geometry = geometry;
    this.#score = score;
    this.#counts = classes.map(noOutcomes);
  }

  /** @throws UserError for what `checkScoredImage` finds */
  add(image: ScoredImage): void {
    checkScoredImage(image, this.#classes.length, this.#geometry === 'mask');
    const { detections, ignored } = judgeImage(image, this.#geometry);
    this.#keep(image, detections, ignored);
    const shown = detections.filter(({ detection }) => image.detections[detection].score >= this.#score);
    this.#count(image, shown, ignored);
  }

  summary(): ErrorSummary {
    const { AP, gain } = errorGains(this.#detections, this.#objects, this.#classes.length);
    return {
      geometry: this.#geometry,
      score: this.#score,
      counts: this.#counts.reduce(addOutcomes, noOutcomes()),
      perClass: Object.fromEntries(this.#classes.map((name, label) => [name, { ...this.#counts[label] }])),
      AP,
      gain,
      confusions: [...this.#confusions.values()].sort((a, b) => b.count - a.count),
      areas: this.#areas,
      scores: this.#scores,
      images: this.#images,
    };
  }

  /** Keeps all detections, whatever their score: the gains are computed from them. */
  #keep(image: ScoredImage, detections: readonly JudgedDetection[], ignored: readonly boolean[]): void {
    const missed = missedObjects(detections, ignored);
    const indices = image.groundTruth.map(({ label }, i) =>
      ignored[i] ? undefined : this.#objects.push({ label, missed: missed.has(i) }) - 1,
    );
    for (const { detection, verdict, object } of detections) {
      const { label, score, position } = image.detections[detection];
      const index = object === undefined ? undefined : indices[object];
      this.#detections.push({ label, score, position, verdict, object: index });
      if (verdict !== 'ignored') this.#scores[verdict === 'correct' ? 'correct' : 'wrong'].push(score);
    }
  }

  /** Counts the detections that a user would be shown. */
  #count(image: ScoredImage, shown: readonly JudgedDetection[], ignored: readonly boolean[]): void {
    const found = new Set<number | undefined>();
    let falsePositives = 0;
    let ious = 0;
    for (const { detection, verdict, object, iou } of shown) {
      if (verdict === 'ignored') continue;
      const { label } = image.detections[detection];
      this.#counts[label][verdict]++;
      if (verdict === 'correct') {
        found.add(object);
        ious += iou;
      } else {
        falsePositives++;
      }
      if (verdict === 'confusion' && object !== undefined)
        this.#confuse(image.groundTruth[object].label, label);
    }
    for (const i of missedObjects(shown, ignored)) this.#counts[image.groundTruth[i].label].miss++;
    image.groundTruth.forEach(({ area }, i) => {
      if (!ignored[i]) this.#areas[found.has(i) ? 'found' : 'notFound'].push(area);
    });
    const correct = found.size;
    const notFound = ignored.filter((isIgnored) => !isIgnored).length - correct;
    const weight = correct + (falsePositives + notFound) / 2;
    const quality = weight === 0 ? null : ious / weight;
    this.#images.push({ id: image.id, quality, correct, falsePositives, notFound });
  }

  #confuse(actual: number, detected: number): void {
    const key = `${actual} ${detected}`;
    const count = (this.#confusions.get(key)?.count ?? 0) + 1;
    this.#confusions.set(key, {
      groundTruth: this.#classes[actual],
      detected: this.#classes[detected],
      count,
    });
  }
}

function noOutcomes(): Record<'correct' | ErrorType, number> {
  return { correct: 0, confusion: 0, localization: 0, both: 0, duplicate: 0, background: 0, miss: 0 };
}

function addOutcomes(a: OutcomeCounts, b: OutcomeCounts): OutcomeCounts {
  return {
    correct: a.correct + b.correct,
    confusion: a.confusion + b.confusion,
    localization: a.localization + b.localization,
    both: a.both + b.both,
    duplicate: a.duplicate + b.duplicate,
    background: a.background + b.background,
    miss: a.miss + b.miss,
  };
}

/** A judged detection of any image. */
interface RankedDetection {
  readonly label: number;
  readonly score: number;
  /** Order of detections with equal scores. */
  readonly position: number;
  readonly verdict: JudgedDetection['verdict'];
  /** Index into the objects to be found; undefined where it is about none of them. */
  readonly object: number | undefined;
}

/** An object to be found, of any image. */
interface WantedObject {
  readonly label: number;
  readonly missed: boolean;
}

/** All-point average precision at IoU 0.5, and its gain without one type of error. */
interface ErrorGains {
  readonly AP: MetricValue;
  /** TIDE's ΔAP, which is added to `AP`. */
  readonly gain: Readonly<Record<ErrorType, MetricValue>>;
}

/**
 * Cost of each error type (TIDE, Section 2.3). Confusions get the right class, localizations the right place; of the
 * detections that then find the same object only the one with the highest score stays. The other false positives vanish,
 * and so do the objects that are missed. A detection about an ignored object vanishes, too.
 */
function errorGains(
  detections: readonly RankedDetection[],
  objects: readonly WantedObject[],
  classes: number,
): ErrorGains {
  const AP = averagePrecision(detections, objects, classes);
  const gainWithout = (type: ErrorType): MetricValue => {
    const without =
      type === 'miss'
        ? averagePrecision(detections, found(objects), classes)
        : averagePrecision(mended(detections, objects, type), objects, classes);
    return AP === null || without === null ? null : without - AP;
  };
  return {
    AP,
    gain: {
      confusion: gainWithout('confusion'),
      localization: gainWithout('localization'),
      both: gainWithout('both'),
      duplicate: gainWithout('duplicate'),
      background: gainWithout('background'),
      miss: gainWithout('miss'),
    },
  };
}

function found(objects: readonly WantedObject[]): WantedObject[] {
  return objects.filter(({ missed }) => !missed);
}

/** Detections without one type of error. */
function mended(
  detections: readonly RankedDetection[],
  objects: readonly WantedObject[],
  type: ErrorType,
): RankedDetection[] {
  const mendable = type === 'confusion' || type === 'localization';
  const kept = detections.flatMap((detection): RankedDetection[] => {
    if (detection.verdict !== type) return [detection];
    if (!mendable || detection.object === undefined) return [];
    return [{ ...detection, verdict: 'correct', label: objects[detection.object].label }];
  });
  if (!mendable) return kept;
  // Where several find the same object now, the highest score stays.
  const finders = new Map<number | undefined, RankedDetection>();
  for (const detection of byScore(kept)) {
    const isFirst = detection.verdict === 'correct' && !finders.has(detection.object);
    if (isFirst) finders.set(detection.object, detection);
  }
  return kept.filter(
    (detection) => detection.verdict !== 'correct' || finders.get(detection.object) === detection,
  );
}

function averagePrecision(
  detections: readonly RankedDetection[],
  objects: readonly WantedObject[],
  classes: number,
): MetricValue {
  const ranked = Array.from({ length: classes }, (): Outcome[] => []);
  for (const { label, verdict } of byScore(detections)) ranked[label].push(outcomeOf(verdict));
  const positives = new Array<number>(classes).fill(0);
  for (const { label } of objects) positives[label]++;
  return meanOfDefined(
    ranked.map((own, label) =>
      positives[label] === 0 ? null : allPointAveragePrecision(precisionRecall(own, positives[label])),
    ),
  );
}

function outcomeOf(verdict: RankedDetection['verdict']): Outcome {
  if (verdict === 'ignored') return outcomes.ignored;
  return verdict === 'correct' ? outcomes.truePositive : outcomes.falsePositive;
}

function byScore(detections: readonly RankedDetection[]): RankedDetection[] {
  const ranking = rankByScore(
    detections.map(({ score }) => score),
    detections.map(({ position }) => position),
  );
  return Array.from(ranking, (i) => detections[i]);
}
