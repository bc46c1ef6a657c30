import {
  allPointAveragePrecision,
  type Outcome,
  outcomes,
  precisionRecall,
  rankByScore,
} from './average-precision.js';
import type { PerClass } from './detection-metrics.js';
import { type ErrorType, type JudgedDetection, judgeImage, missedTruths } from './error-types.js';
import { type MetricValue, meanOfDefined } from './metric-value.js';
import { checkScoredImage, type ScoredImage } from './scored-image.js';

/** How an image went, of detections from the analysis' score on. */
export interface ImageQuality {
  readonly id: string | number;
  /**
   * Panoptic quality of the image's instances (Kirillov et al., 2019): the sum of the IoUs of the correct detections,
   * divided by their number plus half the number of false positives and of truths not found. Null where there is none
   * of these.
   */
  readonly quality: MetricValue;
  readonly correct: number;
  readonly falsePositives: number;
  readonly notFound: number;
}

/** How often objects of one class were taken for another. */
export interface Confusion {
  /** Class of the truth. */
  readonly truth: string;
  /** Class of the detection. */
  readonly detected: string;
  readonly count: number;
}

/** How many detections were correct and how many made each kind of mistake, and how many truths were missed. */
export type OutcomeCounts = Readonly<Record<'correct' | ErrorType, number>>;

/** What kind of mistakes were made: see `errorTypes`. */
export interface ErrorSummary extends ErrorGains {
  readonly geometry: 'box' | 'mask';
  /** Detections from this score on are counted in what follows but `scores`. */
  readonly score: number;
  readonly counts: OutcomeCounts;
  /** The same by the class of the detection, misses by that of the truth. */
  readonly perClass: PerClass<OutcomeCounts>;
  /** Most frequent first. */
  readonly confusions: readonly Confusion[];
  /** Areas in square pixels of the truths to be found: of those that a correct detection finds, and of the others. */
  readonly areas: { readonly found: readonly number[]; readonly notFound: readonly number[] };
  /** Of all detections that aren't ignored: the scores of the correct and of the wrong ones. */
  readonly scores: { readonly correct: readonly number[]; readonly wrong: readonly number[] };
  readonly images: readonly ImageQuality[];
}

/** Sorts the mistakes of a set of detections, image by image. */
export class ErrorAnalysis {
  readonly #classes: readonly string[];
  readonly #geometry: 'box' | 'mask';
  readonly #score: number;
  readonly #detections: RankedDetection[] = [];
  readonly #truths: WantedObject[] = [];
  readonly #images: ImageQuality[] = [];
  readonly #counts: readonly Record<'correct' | ErrorType, number>[];
  readonly #confusions = new Map<string, Confusion>();
  readonly #areas: { readonly found: number[]; readonly notFound: number[] } = { found: [], notFound: [] };
  readonly #scores: { readonly correct: number[]; readonly wrong: number[] } = { correct: [], wrong: [] };

  /** Detections from `score` on are those that a user would be shown. */
  constructor(
    classes: readonly string[],
    { geometry, score = 0.5 }: { readonly geometry: 'box' | 'mask'; readonly score?: number },
  ) {
    this.#classes = classes;
    this.#geometry = geometry;
    this.#score = score;
    this.#counts = classes.map(noOutcomes);
  }

  /** Adds an image. Throws a UserError for what `checkScoredImage` finds. */
  add(image: ScoredImage): void {
    checkScoredImage(image, this.#classes.length, this.#geometry === 'mask');
    const { detections, ignored } = judgeImage(image, this.#geometry);
    this.#keep(image, detections, ignored);
    const shown = detections.filter(({ detection }) => image.detections[detection].score >= this.#score);
    this.#count(image, shown, ignored);
  }

  summary(): ErrorSummary {
    const { AP, gain } = errorGains(this.#detections, this.#truths, this.#classes.length);
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

  /** Keeps what the gains are computed from: all detections, whatever their score. */
  #keep(image: ScoredImage, detections: readonly JudgedDetection[], ignored: readonly boolean[]): void {
    const missed = missedTruths(detections, ignored);
    const indices = image.truths.map(({ label }, i) =>
      ignored[i] ? undefined : this.#truths.push({ label, missed: missed.has(i) }) - 1,
    );
    for (const { detection, verdict, truth } of detections) {
      const { label, score, position } = image.detections[detection];
      const index = truth === undefined ? undefined : indices[truth];
      this.#detections.push({ label, score, position, verdict, truth: index });
      if (verdict !== 'ignored') this.#scores[verdict === 'correct' ? 'correct' : 'wrong'].push(score);
    }
  }

  /** Counts what a user would be shown. */
  #count(image: ScoredImage, shown: readonly JudgedDetection[], ignored: readonly boolean[]): void {
    const found = new Set<number | undefined>();
    let falsePositives = 0;
    let ious = 0;
    for (const { detection, verdict, truth, iou } of shown) {
      if (verdict === 'ignored') continue;
      const { label } = image.detections[detection];
      this.#counts[label][verdict]++;
      if (verdict === 'correct') {
        found.add(truth);
        ious += iou;
      } else {
        falsePositives++;
      }
      if (verdict === 'confusion' && truth !== undefined) this.#confuse(image.truths[truth].label, label);
    }
    for (const i of missedTruths(shown, ignored)) this.#counts[image.truths[i].label].miss++;
    image.truths.forEach(({ area }, i) => {
      if (!ignored[i]) this.#areas[found.has(i) ? 'found' : 'notFound'].push(area);
    });
    const correct = found.size;
    const notFound = ignored.filter((isIgnored) => !isIgnored).length - correct;
    const weight = correct + (falsePositives + notFound) / 2;
    const quality = weight === 0 ? null : ious / weight;
    this.#images.push({ id: image.id, quality, correct, falsePositives, notFound });
  }

  #confuse(truth: number, detected: number): void {
    const key = `${truth} ${detected}`;
    const count = (this.#confusions.get(key)?.count ?? 0) + 1;
    this.#confusions.set(key, { truth: this.#classes[truth], detected: this.#classes[detected], count });
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
export interface RankedDetection {
  readonly label: number;
  readonly score: number;
  /** Order of detections with equal scores. */
  readonly position: number;
  readonly verdict: JudgedDetection['verdict'];
  /** Index into the truths to be found; undefined where it is about none of them. */
  readonly truth: number | undefined;
}

/** A truth to be found, of any image. */
export interface WantedObject {
  readonly label: number;
  readonly missed: boolean;
}

/** The average precision at IoU 0.5, all-point, and what it would be without one kind of mistake. */
export interface ErrorGains {
  readonly AP: MetricValue;
  /** What is added to `AP`: TIDE's ΔAP. */
  readonly gain: Readonly<Record<ErrorType, MetricValue>>;
}

/**
 * What each kind of mistake costs (TIDE, Section 2.3). Confusions get the right class, localizations the right place; of
 * the detections that then find the same truth only the one with the highest score stays. The other false positives
 * vanish, and so do the truths that are missed. A detection about an ignored truth vanishes too.
 */
export function errorGains(
  detections: readonly RankedDetection[],
  truths: readonly WantedObject[],
  classes: number,
): ErrorGains {
  const AP = averagePrecision(detections, truths, classes);
  const gainWithout = (type: ErrorType): MetricValue => {
    const without =
      type === 'miss'
        ? averagePrecision(detections, found(truths), classes)
        : averagePrecision(mended(detections, truths, type), truths, classes);
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

function found(truths: readonly WantedObject[]): WantedObject[] {
  return truths.filter(({ missed }) => !missed);
}

/** The detections without one kind of mistake. */
function mended(
  detections: readonly RankedDetection[],
  truths: readonly WantedObject[],
  type: ErrorType,
): RankedDetection[] {
  const mendable = type === 'confusion' || type === 'localization';
  const kept = detections.flatMap((detection): RankedDetection[] => {
    if (detection.verdict !== type) return [detection];
    if (!mendable || detection.truth === undefined) return [];
    return [{ ...detection, verdict: 'correct', label: truths[detection.truth].label }];
  });
  if (!mendable) return kept;
  // Where several find the same truth now, the highest score stays.
  const finders = new Map<number | undefined, RankedDetection>();
  for (const detection of byScore(kept)) {
    const isFirst = detection.verdict === 'correct' && !finders.has(detection.truth);
    if (isFirst) finders.set(detection.truth, detection);
  }
  return kept.filter(
    (detection) => detection.verdict !== 'correct' || finders.get(detection.truth) === detection,
  );
}

function averagePrecision(
  detections: readonly RankedDetection[],
  truths: readonly WantedObject[],
  classes: number,
): MetricValue {
  const ranked = Array.from({ length: classes }, (): Outcome[] => []);
  for (const { label, verdict } of byScore(detections)) ranked[label].push(outcomeOf(verdict));
  const positives = new Array<number>(classes).fill(0);
  for (const { label } of truths) positives[label]++;
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
