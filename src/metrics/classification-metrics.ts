import type { MetricValue } from './metric-value.js';

/** Answer of a classifier to an image of a known class. */
export interface ClassifiedImage {
  readonly id: string;
  /** Class that the image shows, as an index into the classes. */
  readonly label: number;
  /** Class that it is taken for. */
  readonly predicted: number;
  /** Probability of the predicted class, 0 to 1. */
  readonly probability: number;
  /** Number of classes that are more probable than the true one. */
  readonly rank: number;
  /** −log of the true class's probability. */
  readonly loss: number;
}

/** Accuracy of a classifier on a set of images, and its answer to each. */
export interface ClassificationEvaluation {
  readonly metrics: ClassificationMetrics;
  readonly images: readonly ClassifiedImage[];
}

/** Accuracy of a classifier, from 0 to 1; null where nothing is to be measured. */
export interface ClassificationMetrics {
  readonly images: number;
  /** Share of the images whose true class is the most probable one. */
  readonly top1: MetricValue;
  /** Share of those whose true class is among the five most probable ones; null with no more than five classes. */
  readonly top5: MetricValue;
  /** Mean cross-entropy, without label smoothing. */
  readonly loss: MetricValue;
  readonly classes: readonly string[];
  readonly perClass: Readonly<Record<string, ClassAccuracy>>;
  /** Number of images of each class (rows) that are taken for each (columns). */
  readonly confusion: readonly (readonly number[])[];
}

/** Accuracy for the images of a class. */
interface ClassAccuracy {
  readonly images: number;
  /** Number of images that are taken for this class. */
  readonly predictions: number;
  readonly top1: MetricValue;
  readonly top5: MetricValue;
}

/**
 * Compares a classifier's logits with the class that an image shows.
 *
 * @param logits of all outputs. The classes' come first; others may follow, which are never predicted but have their share
 *   of the probability.
 * @param classes number of classes
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
    // NaN counts as ahead; of equals the first is.
    const behind = logits[i] < logits[label] || (logits[i] === logits[label] && i > label);
    if (i !== label && !behind) rank++;
  }
  const loss = -Math.log(probabilities[label]);
  return { id, label, predicted, probability: probabilities[predicted], rank, loss };
}

/** Probabilities of logits. */
export function softmax(logits: Float32Array): Float64Array {
  const greatest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - greatest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Indices of the greatest of the first `classes` probabilities, falling; of equals the first comes first. */
export function mostProbable(probabilities: Float64Array, classes: number, count: number): number[] {
  const order = Array.from({ length: classes }, (_, i) => i);
  return order.sort((a, b) => probabilities[b] - probabilities[a] || a - b).slice(0, count);
}

/** Accuracy over all images and for each class, and the confusion matrix. */
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
  const accuracy = (own: readonly ClassifiedImage[], i: number): ClassAccuracy => ({
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
    perClass: Object.fromEntries(byClass.map((own, i) => [classes[i], accuracy(own, i)])),
    confusion,
  };
}

/** Images that are taken for another class, the greatest loss first. */
export function worstMistakes(images: readonly ClassifiedImage[], count: number): ClassifiedImage[] {
  const wrong = images.filter(({ label, predicted }) => label !== predicted);
  return wrong.sort((a, b) => b.loss - a.loss || (a.id < b.id ? -1 : 1)).slice(0, count);
}
