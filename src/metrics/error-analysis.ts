import { type ErrorGains, errorGains, type RankedDetection, type WantedTruth } from './error-gains.js';
import { type ErrorType, type JudgedDetection, judgeImage, missedTruths } from './error-types.js';
import { checkEvaluationImage, type EvaluationImage } from './evaluation-image.js';
import type { Figure, PerClass } from './metrics.js';

/** How an image went, of detections from the analysis' score on. */
export interface ImageQuality {
  readonly id: string | number;
  /**
   * Panoptic quality of the image's instances (Kirillov et al., 2019): the sum of the IoUs of the correct detections,
   * divided by their number plus half the number of false positives and of truths not found. Null where there is none
   * of these.
   */
  readonly quality: Figure;
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
  readonly #truths: WantedTruth[] = [];
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

  /** Adds an image. Throws a UserError for what `checkEvaluationImage` finds. */
  add(image: EvaluationImage): void {
    checkEvaluationImage(image, this.#classes.length, this.#geometry === 'mask');
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
  #keep(image: EvaluationImage, detections: readonly JudgedDetection[], ignored: readonly boolean[]): void {
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
  #count(image: EvaluationImage, shown: readonly JudgedDetection[], ignored: readonly boolean[]): void {
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
  return { correct: 0, confusion: 0, localisation: 0, both: 0, duplicate: 0, background: 0, miss: 0 };
}

function addOutcomes(a: OutcomeCounts, b: OutcomeCounts): OutcomeCounts {
  return {
    correct: a.correct + b.correct,
    confusion: a.confusion + b.confusion,
    localisation: a.localisation + b.localisation,
    both: a.both + b.both,
    duplicate: a.duplicate + b.duplicate,
    background: a.background + b.background,
    miss: a.miss + b.miss,
  };
}
