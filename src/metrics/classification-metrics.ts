import type { MetricValue } from './metric-value.js';

/** What a classifier says about an image of a known class. */
export interface ClassifiedImage {
  readonly id: string;
  /** An index into the classes: what the image shows … */
  readonly label: number;
  /** … and what it is taken for. */
  readonly predicted: number;
  /** Of the predicted class. */
  readonly probability: number;
  /** How many classes are more probable than the true one. */
  readonly rank: number;
  /** −log of the true class's probability. */
  readonly loss: number;
}

/** Accuracy of a classifier on a set of images, and its answer to each. */
export interface ClassificationEvaluation {
  readonly metrics: ClassificationMetrics;
  readonly images: readonly ClassifiedImage[];
}

/** How often a classifier is right. Figures go from 0 to 1 and are null where nothing is to be measured. */
export interface ClassificationMetrics {
  readonly images: number;
  /** Share of the images whose true class is the most probable one … */
  readonly top1: MetricValue;
  /** … or among the five most probable ones; null where there are no more than five classes. */
  readonly top5: MetricValue;
  /** Mean cross-entropy, without label smoothing. */
  readonly loss: MetricValue;
  readonly classes: readonly string[];
  readonly perClass: Readonly<Record<string, ClassAccuracy>>;
  /** How many images of each class (rows) are taken for each (columns). */
  readonly confusion: readonly (readonly number[])[];
}

export interface ClassAccuracy {
  readonly images: number;
  /** How many images are taken for this class. */
  readonly predictions: number;
  readonly top1: MetricValue;
  readonly top5: MetricValue;
}

/**
 * What a classifier's logits say about an image.
 *
 * @param logits of all outputs: the classes' first, and perhaps others, which are never predicted but have their share of
 *   the probability
 */
export function classifiedImage(
  id: string,
  label: number,
  logits: Float32Array,
  classes: number,
): ClassifiedImage {
  const probabilities = softmax(logits);
  const [predicted] = mostProbable(probabilities, classes, 1);
  let rank = 0;
  for (let i = 0; i < classes; i++) {
    // What isn't a number counts as ahead; of equals the first is.
    const behind = logits[i] < logits[label] || (logits[i] === logits[label] && i > label);
    if (i !== label && !behind) rank++;
  }
  const loss = -Math.log(probabilities[label]);
  return { id, label, predicted, probability: probabilities[predicted], rank, loss };
}

/** The probabilities of logits. */
export function softmax(logits: Float32Array): Float64Array {
  const greatest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - greatest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The indices of the greatest of the first `classes` probabilities, falling; of equals the first comes first. */
export function mostProbable(probabilities: Float64Array, classes: number, count: number): number[] {
  const order = Array.from({ length: classes }, (_, i) => i);
  return order.sort((a, b) => probabilities[b] - probabilities[a] || a - b).slice(0, count);
}

/** Accuracy over all images and for each class, and which classes are taken for which. */
export function classificationMetrics(
  images: readonly ClassifiedImage[],
  classes: readonly string[],
): ClassificationMetrics {
  const confusion = classes.map(() => classes.map(() => 0));
  for (const { label, predicted } of images) confusion[label][predicted]++;
  const byClass = classes.map((): ClassifiedImage[] => []);
  for (const image of images) byClass[image.label].push(image);
  const top = (among: readonly ClassifiedImage[], count: number): MetricValue =>
    among.length === 0 || count >= classes.length
      ? null
      : among.filter(({ rank }) => rank < count).length / among.length;
  const figures = (own: readonly ClassifiedImage[], i: number): ClassAccuracy => ({
    images: own.length,
    predictions: confusion.reduce((sum, row) => sum + row[i], 0),
    top1: top(own, 1),
    top5: top(own, 5),
  });
  return {
    images: images.length,
    top1: top(images, 1),
    top5: top(images, 5),
    loss: images.length === 0 ? null : images.reduce((sum, { loss }) => sum + loss, 0) / images.length,
    classes,
    perClass: Object.fromEntries(byClass.map((own, i) => [classes[i], figures(own, i)])),
    confusion,
  };
}

/** The images that are taken for another class, the greatest loss first. */
export function worstMistakes(images: readonly ClassifiedImage[], count: number): ClassifiedImage[] {
  const wrong = images.filter(({ label, predicted }) => label !== predicted);
  return wrong.sort((a, b) => b.loss - a.loss || (a.id < b.id ? -1 : 1)).slice(0, count);
}
