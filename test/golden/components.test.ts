import { beforeAll, describe, expect, it } from 'vitest';
import { cropSource, roiCrop } from '../../src/engine/ops/roi-align.js';
import { Tape } from '../../src/engine/tape.js';
import { tf } from '../../src/engine/tf.js';
import { boxAt, decodeBoxes, encodeBoxes } from '../../src/geometry/boxes.js';
import { matchBoxes } from '../../src/geometry/matching.js';
import { decodeMask } from '../../src/geometry/run-length-mask.js';
import { boxLosses } from '../../src/heads/box-head.js';
import { maskLoss } from '../../src/heads/mask-head.js';
import { pasteMask } from '../../src/heads/mask-pasting.js';
import { maskTargets } from '../../src/heads/mask-targets.js';
import { selectDetections } from '../../src/heads/post-processing.js';
import { transformImages } from '../../src/models/transform.js';
import { rootScope } from '../../src/nn/parameter.js';
import { TensorOps } from '../../src/nn/tensor-ops.js';
import { Weights } from '../../src/nn/weights.js';
import { roiAlign, roiLevel, roiMaps } from '../../src/roi/roi-align.js';
import { makeAnchors } from '../../src/rpn/anchors.js';
import { rpnHead } from '../../src/rpn/head.js';
import { rpnLosses } from '../../src/rpn/losses.js';
import { rpnInput, selectProposals } from '../../src/rpn/proposals.js';
import { fromTorch, torchShape } from '../../src/weights/torch-layout.js';
import { useEngine } from '../support/engine.js';
import { relativeDifference, tapeGradients } from '../support/gradients.js';
import {
  between,
  channelsFirst,
  ellipse,
  evenlySpacedSampler,
  fromChannelsFirst,
  type Golden,
  image,
  imagesBetween,
  largestDifference,
  readGolden,
} from '../support/reference.js';

/** Each part against torchvision's, on the numbers of scripts/golden/components.py. */

let golden: (name: string) => Golden;
beforeAll(async () => {
  await useEngine();
  golden = await readGolden('components');
});

const input = { height: 96, width: 128 };
const maps = [
  [24, 32],
  [12, 16],
  [6, 8],
  [3, 4],
  [2, 2],
].map(([height, width]) => ({ height, width }));
const anchorShapes = { sizes: [[32], [64], [128], [256], [512]], aspectRatios: [0.5, 1, 2] };
const anchors = makeAnchors(
  anchorShapes,
  maps.map(({ height, width }) => ({ shape: [1, height, width, 1] })),
  input,
);
const allAnchors = () => Float32Array.from(anchors.flatMap((level) => [...level]));

/** Boxes as `some_boxes` of components.py makes them. */
function someBoxes(name: string, count: number, height: number, width: number, smallest = 2): Float32Array {
  const { fround } = Math;
  const corner = between(`${name}/corner`, 2 * count, 0, 0.8);
  const size = between(`${name}/size`, 2 * count, 0, 0.6);
  return Float32Array.from({ length: 4 * count }, (_, k) => {
    const at = 2 * Math.floor(k / 4) + (k % 2);
    const side = k % 2 === 0 ? width : height;
    const start = fround(corner[at] * side);
    return k % 4 < 2 ? start : fround(start + fround(smallest + fround(size[at] * side)));
  });
}

describe('anchors', () => {
  it('are those of AnchorGenerator', () => {
    expect(largestDifference(allAnchors(), golden('anchors').data)).toBe(0);
  });
});

describe('box coder', () => {
  for (const [name, weights, scale] of [
    ['rpn', [1, 1, 1, 1], 1],
    ['box', [10, 10, 5, 5], 5],
  ] as const) {
    it(`encodes and decodes with the ${name}'s weights`, () => {
      const references = someBoxes('references', 40, 100, 120);
      const encoded = encodeBoxes(references, someBoxes('targets', 40, 100, 120), weights);
      expect(relativeDifference(encoded, golden(`coder.${name}.encoded`).data)).toBeLessThan(1e-6);
      const offsets = between('offsets', 160, -3, 6).map((offset) => offset * scale);
      const decoded = decodeBoxes(references, offsets, weights);
      expect(relativeDifference(decoded, golden(`coder.${name}.decoded`).data)).toBeLessThan(1e-6);
    });
  }
});

describe('matcher', () => {
  const matchingObjects = () => ({
    boxes: golden('matching.truth').data,
    ignored: new Float32Array(),
  });

  it('matches anchors with low-quality matches and ties', () => {
    const rule = { foregroundIou: 0.7, backgroundIou: 0.3, lowQualityMatches: true };
    const matches = matchBoxes(matchingObjects(), allAnchors(), rule);
    expect([...matches]).toEqual([...golden('matching.rpn').data]);
    expect(matches.filter((match) => match >= 0).length).toBeGreaterThan(8);
  });

  it('matches proposals', () => {
    const rule = { foregroundIou: 0.5, backgroundIou: 0.5, lowQualityMatches: false };
    const proposals = someBoxes('matching/proposals', 300, 96, 128);
    const matches = matchBoxes(matchingObjects(), proposals, rule);
    expect([...matches]).toEqual([...golden('matching.box').data]);
  });
});

describe('RoIAlign', () => {
  const rois = [
    [0, 4.3, 3.1, 30.2, 20.7],
    [0, -9, 8, 12, 20],
    [1, 8, -9, 20, 12],
    [1, 30, 8, 50, 20],
    [0, 8, 20, 20, 37],
    [0, -7, -7, 55, 44],
    [1, 80, 80, 96, 96],
    [0, 10, 10, 10.5, 10.25],
  ];
  const images = Int32Array.from(rois, ([first]) => first);
  const boxes = Float32Array.from(rois.flatMap((roi) => roi.slice(1)));
  const features = () => imagesBetween('roi-align/features', [2, 3, 8, 11], -1, 1);
  const weights = () => imagesBetween('roi-align/weights', [8, 3, 4, 4], -1, 1);

  it('pools and sends gradients as torchvision does, inside and over every border', () => {
    const pooled = roiAlign(undefined, roiMaps(undefined, [features()], 4), { boxes, images }, 4);
    expect(largestDifference(channelsFirst(pooled), golden('roi-align.False.pooled').data)).toBeLessThan(
      1e-5,
    );
    const [gradient] = tapeGradients(
      (tape, [x]) => roiAlign(tape, roiMaps(tape, [x], 4), { boxes, images }, 4),
      [features()],
      weights(),
    );
    const expected = golden('roi-align.False.gradient').data;
    expect(relativeDifference(channelsFirst(gradient), expected)).toBeLessThan(1e-5);
  });

  it('gives the aligned variant for boxes that are half a pixel less', () => {
    const shifted = boxes.map((coordinate) => coordinate / 4 - 0.5);
    const pooled = roiCrop(undefined, cropSource(undefined, features()), { boxes: shifted, images }, 4);
    expect(largestDifference(channelsFirst(pooled), golden('roi-align.True.pooled').data)).toBeLessThan(1e-5);
    const [gradient] = tapeGradients(
      (tape, [x]) => roiCrop(tape, cropSource(tape, x), { boxes: shifted, images }, 4),
      [features()],
      weights(),
    );
    const expected = golden('roi-align.True.gradient').data;
    expect(relativeDifference(channelsFirst(gradient), expected)).toBeLessThan(1e-5);
  });

  it('assigns levels by area', () => {
    const levelBoxes = someBoxes('levels', 60, 900, 1200);
    const levels = Array.from({ length: 60 }, (_, i) => roiLevel(levelBoxes, i, 4));
    expect(levels).toEqual([...golden('levels').data]);
    expect(new Set(levels).size).toBeGreaterThan(2);
  });
});

const sizes = [
  { height: 96, width: 128 },
  { height: 90, width: 101 },
];

describe('proposals', () => {
  for (const [mode, preNmsTopK, postNmsTopK] of [
    ['train', 60, 80],
    ['test', 40, 50],
  ] as const) {
    it(`are those of filter_proposals (${mode})`, () => {
      const count = allAnchors().length / 4;
      const objectness = between('rpn/objectness', 2 * count, -3, 3);
      const deltas = between('rpn/deltas', 8 * count, -0.5, 0.5);
      for (const [i, size] of sizes.entries()) {
        let from = i * count;
        const levels = anchors.map((ofLevel) => {
          const to = from + ofLevel.length / 4;
          const offsets = deltas.subarray(4 * from, 4 * to);
          const predictions = { objectness: objectness.subarray(from, to), offsets, anchors: ofLevel };
          from = to;
          return predictions;
        });
        const boxes = selectProposals(levels, size, { preNmsTopK, postNmsTopK, nmsThreshold: 0.7 });
        expect(largestDifference(boxes, golden(`proposals.${mode}.${i}`).data)).toBeLessThan(1e-4);
      }
    });
  }
});

describe("the RPN's losses", () => {
  it('have the values and the gradients of torchvision', () => {
    const { scope, parameters } = rootScope();
    const head = rpnHead(scope, { channels: 4, anchors: anchorShapes, kind: 'standard' });
    const weights = new Weights(parameters, 1);
    for (const parameter of parameters) {
      const shape = torchShape(parameter);
      const count = shape.reduce((a, b) => a * b, 1);
      const values = between(`rpn-head/${parameter.name}`, count, -0.3, 0.3);
      weights.variable(parameter).assign(tf.tensor(fromTorch(parameter, values), [...parameter.shape]));
    }
    const tape = new Tape();
    const ops = new TensorOps(weights, tape);
    const pyramid = maps.map(({ height, width }, i) =>
      imagesBetween(`rpn-loss/P${i + 2}`, [2, 4, height, width], -1, 1),
    );
    for (const level of pyramid) tape.watch(level);
    const all = golden('matching.truth').data;
    const groundTruth = [all.subarray(0, 12), all.subarray(12, 24)].map((boxes) => ({
      boxes,
      labels: new Int32Array(3),
      ignored: new Float32Array(),
    }));
    const { objectness, box } = rpnLosses(head, ops, rpnInput(head, pyramid, { sizes, padded: input }), {
      groundTruth,
      settings: { foregroundIou: 0.7, backgroundIou: 0.3, batchSizePerImage: 64, foregroundFraction: 0.5 },
      sampler: () => evenlySpacedSampler,
    });
    expect(relativeDifference(objectness.dataSync(), golden('rpn-loss.objectness').data)).toBeLessThan(1e-6);
    expect(relativeDifference(box.dataSync(), golden('rpn-loss.box').data)).toBeLessThan(1e-6);

    const values = parameters.map((parameter) => ops.value(parameter));
    const gradients = tape.gradients([objectness, box], [...pyramid, ...values]);
    const names = [...pyramid.map((_, i) => `P${i + 2}`), ...parameters.map(({ name }) => name)];
    for (const [i, name] of names.entries()) {
      const { data: expected, shape } = golden(`rpn-loss.gradient.${name}`);
      const parameter = parameters[i - pyramid.length];
      const reference = parameter
        ? fromTorch(parameter, expected)
        : fromChannelsFirst(expected, [...shape]).dataSync();
      const gradient = gradients[i]?.dataSync() ?? new Float32Array(reference.length);
      expect(relativeDifference(gradient, reference), name).toBeLessThan(1e-5);
    }
  });
});

describe("the box head's losses", () => {
  it('have the values and the gradients of fastrcnn_loss', () => {
    const labels = Int32Array.from(between('box-loss/labels', 30, 0, 5), Math.floor);
    const foreground = Int32Array.from(labels.keys()).filter((roi) => labels[roi] > 0);
    const allTargets = between('box-loss/targets', 120, -1, 1);
    const targetOffsets = Float32Array.from(
      [...foreground].flatMap((roi) => [...allTargets.subarray(4 * roi, 4 * roi + 4)]),
    );
    const tape = new Tape();
    const classLogits = tf.tensor2d(between('box-loss/logits', 150, -2, 2), [30, 5]);
    const offsets = tf.tensor2d(between('box-loss/offsets', 600, -1, 1), [30, 20]);
    for (const tensor of [classLogits, offsets]) tape.watch(tensor);
    const losses = boxLosses(
      new TensorOps(new Weights([], 1), tape),
      { classLogits, offsets },
      { labels, foreground, targetOffsets },
    );
    expect(relativeDifference(losses.classifier.dataSync(), golden('box-loss.classifier').data)).toBeLessThan(
      1e-6,
    );
    expect(relativeDifference(losses.box.dataSync(), golden('box-loss.box').data)).toBeLessThan(1e-6);
    const gradients = tape.gradients([losses.classifier, losses.box], [classLogits, offsets]);
    for (const [i, name] of ['logits', 'offsets'].entries()) {
      const expected = golden(`box-loss.gradient.${name}`).data;
      expect(relativeDifference(gradients[i]?.dataSync() ?? [], expected), name).toBeLessThan(1e-5);
    }
  });
});

describe("the mask head's loss", () => {
  it('has the targets, the value and the gradient of maskrcnn_loss', () => {
    const objects = [
      [5, 5, 60, 40],
      [30, 10, 75, 55],
      [2, 20, 20, 58],
    ];
    const rois = golden('mask.rois').data;
    const matched = [0, 1, 2, 0, 1, 2, 1, 1];
    const maskRois = matched.map((object, i) => ({
      box: boxAt(rois, i),
      mask: ellipse(60, 80, objects[object]),
      input,
    }));
    const targets = maskTargets(maskRois, 28);
    expect(largestDifference(targets, golden('mask.targets').data)).toBeLessThan(1e-5);

    const tape = new Tape();
    const logits = imagesBetween('mask/logits', [8, 4, 28, 28], -2, 2);
    tape.watch(logits);
    const labels = Int32Array.from(matched, (object) => object + 1);
    const loss = maskLoss(new TensorOps(new Weights([], 1), tape), logits, labels, targets);
    expect(relativeDifference(loss.dataSync(), golden('mask.loss').data)).toBeLessThan(1e-6);
    const [gradient] = tape.gradients([loss], [logits]);
    const sums = gradient ? tf.sum(gradient, [1, 2]).dataSync() : [];
    expect(relativeDifference(sums, golden('mask.gradient').data)).toBeLessThan(1e-5);
  });
});

describe('post-processing', () => {
  it('gives the detections of postprocess_detections', () => {
    const logits = tf.tensor2d(between('post/logits', 300, -3, 3), [60, 5]);
    const output = {
      rois: someBoxes('post/rois', 60, 96, 128),
      probabilities: tf.softmax(logits).dataSync<'float32'>(),
      offsets: between('post/offsets', 1200, -4, 4),
      classes: 5,
    };
    const settings = { scoreThreshold: 0.05, nmsThreshold: 0.5, detectionsPerImage: 12 };
    const detections = selectDetections(output, { height: 90, width: 120 }, settings);
    expect(detections.scores).toHaveLength(12);
    expect([...detections.labels]).toEqual([...golden('post.labels').data]);
    expect(largestDifference(detections.scores, golden('post.scores').data)).toBeLessThan(1e-6);
    expect(largestDifference(detections.boxes, golden('post.boxes').data)).toBeLessThan(1e-4);
  });
});

describe('mask pasting', () => {
  it('sets the pixels that paste_masks_in_image sets', () => {
    const masks = golden('paste.masks').data;
    const boxes = golden('paste.boxes').data;
    const bits = golden('paste.bits').data;
    for (let i = 0; i < 5; i++) {
      const probabilities = masks.subarray(i * 784, (i + 1) * 784);
      const mask = pasteMask(probabilities, 28, boxAt(boxes, i), { height: 50, width: 70 });
      const expected = bits.subarray(i * 3500, (i + 1) * 3500);
      expect(largestDifference(decodeMask(mask), expected), `mask ${i}`).toBe(0);
    }
  });
});

describe('the transform', () => {
  it('resizes, normalizes and pads as GeneralizedRCNNTransform', () => {
    const batch = transformImages([image('transform/a', 45, 61), image('transform/b', 80, 33)], {
      shorterSide: 64,
      longerSide: 100,
    });
    expect(batch.sizes.flatMap(({ height, width }) => [height, width])).toEqual([
      ...golden('transform.sizes').data,
    ]);
    const [n, c, h, w] = golden('transform.shape').data;
    expect(batch.images.shape).toEqual([n, h, w, c]);
    const sparse = tf.stridedSlice(batch.images, [0, 0, 0, 0], [n, h, w, c], [1, 3, 3, 1]);
    expect(largestDifference(channelsFirst(sparse), golden('transform.batch').data)).toBeLessThan(1e-5);
  });
});
