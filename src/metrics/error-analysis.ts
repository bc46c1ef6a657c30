import {
  allPointAveragePrecision,
  meanOfDefined,
  type Outcome,
  outcomes,
  precisionRecall,
} from './average-precision.js';
import { type ErrorType, type JudgedDetection, judgeImage } from './error-types.js';
import { checkEvaluationImage, type EvaluationImage } from './evaluation-image.js';
import type { Figure } from './metrics.js';
import { rankByScore } from './ranking.js';

/** How an image went, of detections from the analysis' score on. */
export interface ImageQuality {
  readonly id: string | number;
  /**
   * Panoptic quality of the image's instances: the sum of the IoUs of the correct detections, divided by their number
   * plus half the number of false positives and of truths not found. Null where there is none of these.
   */
  readonly quality: Figure;
  readonly correct: number;
  readonly falsePositives: number;
  readonly notFound: number;
}

/** How often objects of one class were taken for another. */
export interface Confusion {
  /** Class of the truth; null: there was none (`background`). */
  readonly truth: string | null;
  /** Class of the detection; null: there was none (`miss`). */
  readonly detected: string | null;
  readonly count: number;
}

/** What kind of mistakes were made: see `errorTypes`. */
export interface ErrorSummary {
  readonly geometry: 'box' | 'mask';
  /** Detections from this score on are counted in `correct`, `counts`, `confusions` and `images`. */
  readonly score: number;
  readonly correct: number;
  readonly counts: Readonly<Record<ErrorType, number>>;
  /** AP_d or AP_m, and … */
  readonly AP: Figure;
  /**
   * … by how much it would rise without one kind of mistake, over all scores. Confusions get the right class,
   * localisations the right place; of the detections that then find the same truth only the one with the highest score
   * stays. The other false positives vanish, and so do the truths that are missed.
   */
  readonly gain: Readonly<Record<ErrorType, Figure>>;
  /** Most frequent first; correct detections are among them, with `truth` equal to `detected`. */
  readonly confusions: readonly Confusion[];
  readonly images: readonly ImageQuality[];
}

/** A judged detection of any image. */
interface Judged {
  readonly label: number;
  readonly score: number;
  readonly position: number;
  readonly verdict: JudgedDetection['verdict'];
  /** Index into the truths to be found; undefined where it is about none of them. */
  readonly truth: number | undefined;
}

/** Sorts the mistakes of a set of detections, image by image. */
export class ErrorAnalysis {
  readonly #classes: readonly string[];
  readonly #geometry: 'box' | 'mask';
  readonly #score: number;
  readonly #detections: Judged[] = [];
  /** Of each truth to be found: its label, and whether it was missed. */
  readonly #truths: { readonly label: number; readonly missed: boolean }[] = [];
  readonly #images: ImageQuality[] = [];
  /** Of detections from the score on. */
  readonly #counts = { correct: 0, ...sameForAll(() => 0) };
  readonly #confusions = new Map<string, Confusion>();

  /** Detections from `score` on are those that a user would be shown. */
  constructor(
    classes: readonly string[],
    { geometry, score = 0.5 }: { readonly geometry: 'box' | 'mask'; readonly score?: number },
  ) {
    this.#classes = classes;
    this.#geometry = geometry;
    this.#score = score;
  }

  /** Adds an image. Throws a UserError for what `checkEvaluationImage` finds. */
  add(image: EvaluationImage): void {
    checkEvaluationImage(image, this.#classes.length, this.#geometry === 'mask');
    this.#addAll(image);
    this.#addShown({ ...image, detections: image.detections.filter(({ score }) => score >= this.#score) });
  }

  summary(): ErrorSummary {
    const { correct, ...counts } = this.#counts;
    const AP = this.#averagePrecision(this.#detections, this.#truths);
    return {
      geometry: this.#geometry,
      score: this.#score,
      correct,
      counts,
      AP,
      gain: sameForAll((type) => {
        const without = this.#averagePrecisionWithout(type);
        return AP === null || without === null ? null : without - AP;
      }),
      confusions: [...this.#confusions.values()].sort((a, b) => b.count - a.count),
      images: this.#images,
    };
  }

  /** Keeps what the gains are computed from. */
  #addAll(image: EvaluationImage): void {
    const { detections, ignored, missed } = judgeImage(image, this.#geometry);
    const indices = image.truths.map(({ label }, i) =>
      ignored[i] ? undefined : this.#truths.push({ label, missed: missed.includes(i) }) - 1,
    );
    for (const { detection, verdict, truth } of detections) {
      const { label, score, position } = image.detections[detection];
      const index = truth === undefined ? undefined : indices[truth];
      this.#detections.push({ label, score, position, verdict, truth: index });
    }
  }

  /** Counts what a user would be shown. */
  #addShown(image: EvaluationImage): void {
    const { detections, ignored, missed } = judgeImage(image, this.#geometry);
    const tally = { correct: 0, falsePositives: 0, iou: 0 };
    for (const { detection, verdict, truth, iou } of detections) {
      if (verdict === 'ignored') continue;
      this.#counts[verdict]++;
      if (verdict === 'correct') {
        tally.correct++;
        tally.iou += iou;
      } else {
        tally.falsePositives++;
      }
      const { label } = image.detections[detection];
      if (verdict === 'correct') this.#confuse(label, label);
      if (verdict === 'confusion' && truth !== undefined) this.#confuse(image.truths[truth].label, label);
      if (verdict === 'background') this.#confuse(null, label);
    }
    this.#counts.miss += missed.length;
    for (const i of missed) this.#confuse(image.truths[i].label, null);

    const notFound = ignored.filter((flag) => !flag).length - tally.correct;
    const weight = tally.correct + (tally.falsePositives + notFound) / 2;
    this.#images.push({
      id: image.id,
      quality: weight === 0 ? null : tally.iou / weight,
      correct: tally.correct,
      falsePositives: tally.falsePositives,
      notFound,
    });
  }

  #confuse(truth: number | null, detected: number | null): void {
    const key = `${truth} ${detected}`;
    const count = (this.#confusions.get(key)?.count ?? 0) + 1;
    const nameOf = (label: number | null) => (label === null ? null : this.#classes[label]);
    this.#confusions.set(key, { truth: nameOf(truth), detected: nameOf(detected), count });
  }

  /** AP as it would be without one kind of mistake. */
  #averagePrecisionWithout(type: ErrorType): Figure {
    if (type === 'miss') {
      return this.#averagePrecision(
        this.#detections,
        this.#truths.filter(({ missed }) => !missed),
      );
    }
    const mended = this.#detections.flatMap((detection): Judged[] => {
      if (detection.verdict !== type) return [detection];
      const mendable = (type === 'confusion' || type === 'localisation') && detection.truth !== undefined;
      return mendable
        ? [{ ...detection, verdict: 'correct', label: this.#truths[detection.truth].label }]
        : [];
    });
    // Where several find the same truth now, the highest score stays.
    const finders = new Map<number | undefined, Judged>();
    for (const detection of byScore(mended)) {
      if (detection.verdict === 'correct' && !finders.has(detection.truth)) {
        finders.set(detection.truth, detection);
      }
    }
    const kept = mended.filter(
      (detection) => detection.verdict !== 'correct' || finders.get(detection.truth) === detection,
    );
    return this.#averagePrecision(kept, this.#truths);
  }

  #averagePrecision(detections: readonly Judged[], truths: readonly { readonly label: number }[]): Figure {
    const ranked = this.#classes.map((): Outcome[] => []);
    for (const { label, verdict } of byScore(detections)) ranked[label].push(outcomeOf(verdict));
    return meanOfDefined(
      ranked.map((own, label) => {
        const positives = truths.filter((truth) => truth.label === label).length;
        return positives === 0 ? null : allPointAveragePrecision(precisionRecall(own, positives));
      }),
    );
  }
}

function outcomeOf(verdict: Judged['verdict']): Outcome {
  if (verdict === 'ignored') return outcomes.ignored;
  return verdict === 'correct' ? outcomes.truePositive : outcomes.falsePositive;
}

function byScore(detections: readonly Judged[]): Judged[] {
  const ranking = rankByScore(
    detections.map(({ score }) => score),
    detections.map(({ position }) => position),
  );
  return Array.from(ranking, (i) => detections[i]);
}

function sameForAll<T>(value: (type: ErrorType) => T): Record<ErrorType, T> {
  return {
    confusion: value('confusion'),
    localisation: value('localisation'),
    confusedAndMislocated: value('confusedAndMislocated'),
    duplicate: value('duplicate'),
    background: value('background'),
    miss: value('miss'),
  };
}
