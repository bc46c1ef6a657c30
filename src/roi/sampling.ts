import { type Boxes, encodeBoxes, selectBoxes } from '../geometry/boxes.js';
import {
  type GroundTruthBoxes,
  matchBoxes,
  type Sampler,
  type SamplingSettings,
} from '../geometry/matching.js';
import { levelOrder, type Rois, selectRois } from './roi-align.js';

/** Coder weights of the box head's offsets. */
export const boxCoderWeights = [10, 10, 5, 5] as const;

/** RoIs of a batch that the heads' losses look at, in level order, and what the heads should predict for them. */
export interface SampledRois extends Rois {
  /** `[R]`: class from 1, or 0 for background. */
  readonly labels: Int32Array;
  /** Indices of the RoIs that aren't background. */
  readonly foreground: Int32Array;
  /** `[foreground]`: each one's ground-truth object, as an index into its image's objects. */
  readonly objects: Int32Array;
  /** `[foreground · 4]`: offsets that lead from each one to its object's box. */
  readonly targetOffsets: Float32Array;
}

/**
 * Chooses the RoIs to train on, in each image among its proposals, which the ground-truth boxes join.
 *
 * @param proposals `[P · 4]` of each image, in pixels of the network's input
 * @param groundTruth of each image
 * @param choice how RoIs are chosen, with the sampler of image `i`, and the number of pyramid levels that they are
 * pooled from
 */
export function sampleRois(
  proposals: readonly Boxes[],
  groundTruth: readonly GroundTruthBoxes[],
  choice: {
    readonly settings: SamplingSettings;
    readonly sampler: (i: number) => Sampler;
    readonly levels: number;
  },
): SampledRois {
  const samples = proposals.map((boxes, i) =>
    sampleImage(boxes, groundTruth[i], choice.settings, choice.sampler(i)),
  );
  const places = samples.flatMap((sample, image) =>
    Array.from(sample.labels, (label, place) => ({ sample, image, label, place })),
  );
  const all = {
    boxes: Float32Array.from(samples.flatMap(({ boxes }) => [...boxes])),
    images: Int32Array.from(places, ({ image }) => image),
  };
  const order = levelOrder(all.boxes, choice.levels);
  const inOrder = Array.from(order, (i) => places[i]);
  const foreground = [...inOrder.keys()].filter((roi) => inOrder[roi].label > 0);
  return {
    ...selectRois(all, order),
    labels: Int32Array.from(inOrder, ({ label }) => label),
    foreground: Int32Array.from(foreground),
    objects: Int32Array.from(foreground, (roi) => inOrder[roi].sample.objects[inOrder[roi].place]),
    targetOffsets: Float32Array.from(
      foreground.flatMap((roi) => {
        const { sample, place } = inOrder[roi];
        return [...sample.targetOffsets.subarray(4 * place, 4 * place + 4)];
      }),
    ),
  };
}

/** The sampled RoIs of one image, foreground first. */
interface RoiSample {
  /** `[S · 4]` */
  readonly boxes: Boxes;
  /** `[S]`: class from 1, or 0 for background. */
  readonly labels: Int32Array;
  /** `[foreground]`: ground-truth object of each. */
  readonly objects: Int32Array;
  /** `[foreground · 4]` */
  readonly targetOffsets: Float32Array;
}

function sampleImage(
  proposals: Boxes,
  groundTruth: GroundTruthBoxes,
  settings: SamplingSettings,
  sampler: Sampler,
): RoiSample {
  const candidates = new Float32Array(proposals.length + groundTruth.boxes.length);
  candidates.set(proposals);
  candidates.set(groundTruth.boxes, proposals.length);
  const matches = matchBoxes(groundTruth, candidates, { ...settings, lowQualityMatches: false });
  const { foreground, background } = sampler(matches, settings);

  const chosen = Int32Array.from([...foreground, ...background]);
  const boxes = selectBoxes(candidates, chosen);
  const objects = foreground.map((i) => matches[i]);
  const labels = new Int32Array(chosen.length);
  for (const [i, object] of objects.entries()) labels[i] = groundTruth.labels[object] + 1;
  return {
    boxes,
    labels,
    objects,
    targetOffsets: encodeBoxes(
      boxes.subarray(0, 4 * foreground.length),
      selectBoxes(groundTruth.boxes, objects),
      boxCoderWeights,
    ),
  };
}
