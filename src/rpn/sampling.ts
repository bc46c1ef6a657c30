import { type Boxes, encodeBoxes, selectBoxes } from '../geometry/boxes.js';
import {
  type GroundTruthBoxes,
  matchBoxes,
  type Sampler,
  type SamplingSettings,
} from '../geometry/matching.js';
import { rpnCoderWeights } from './head.js';

/** Anchors of a batch that the RPN's losses look at. */
export interface AnchorSample {
  /**
   * Indices of the sampled anchors of each map, into its N · H · W · A ones in the order in which the head predicts;
   * foreground first.
   */
  readonly anchors: readonly Int32Array[];
  /** Number of each map's anchors that are foreground. */
  readonly foreground: readonly number[];
  /** `[foreground of all maps · 4]`: offsets that lead from the foreground anchors to their ground-truth boxes. */
  readonly targetOffsets: Float32Array;
}

/** Ground truth of a batch, and how the anchors that learn from it are chosen. */
export interface RpnTargets {
  /** One for each image. */
  readonly groundTruth: readonly GroundTruthBoxes[];
  readonly settings: SamplingSettings;
  /** The sampler of image `i`. */
  sampler(i: number): Sampler;
}

/**
 * Chooses the anchors that the RPN's losses look at, in each image by itself.
 *
 * @param anchors `[H · W · A · 4]` of each map
 */
export function sampleAnchors(
  anchors: readonly Boxes[],
  { groundTruth, settings, sampler }: RpnTargets,
): AnchorSample {
  const starts = [0];
  for (const level of anchors) starts.push(starts[starts.length - 1] + level.length / 4);
  const all = new Float32Array(4 * starts[anchors.length]);
  for (const [level, boxes] of anchors.entries()) all.set(boxes, 4 * starts[level]);
  const levelOf = (anchor: number): number => starts.findLastIndex((start) => start <= anchor);

  const foreground = anchors.map((): number[] => []);
  const background = anchors.map((): number[] => []);
  const targets = anchors.map((): number[] => []);
  for (const [image, objects] of groundTruth.entries()) {
    const matches = matchBoxes(objects, all, { ...settings, lowQualityMatches: true });
    const sample = sampler(image)(matches, settings);
    const offsets = encodeBoxes(
      selectBoxes(all, sample.foreground),
      selectBoxes(
        objects.boxes,
        sample.foreground.map((anchor) => matches[anchor]),
      ),
      rpnCoderWeights,
    );
    const inBatch = (anchor: number, level: number): number =>
      image * (starts[level + 1] - starts[level]) + anchor - starts[level];
    for (const [i, anchor] of sample.foreground.entries()) {
      const level = levelOf(anchor);
      foreground[level].push(inBatch(anchor, level));
      targets[level].push(...offsets.subarray(4 * i, 4 * i + 4));
    }
    for (const anchor of sample.background) {
      const level = levelOf(anchor);
      background[level].push(inBatch(anchor, level));
    }
  }
  return {
    anchors: foreground.map((ofLevel, level) => Int32Array.from([...ofLevel, ...background[level]])),
    foreground: foreground.map((ofLevel) => ofLevel.length),
    targetOffsets: Float32Array.from(targets.flat()),
  };
}
