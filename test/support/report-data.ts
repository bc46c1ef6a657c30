import { parseConfig } from '../../src/config/parse.js';
import { requireDetection } from '../../src/config/require-task.js';
import type { Box } from '../../src/geometry/boxes.js';
import type { Detection, Instance } from '../../src/geometry/instance.js';
import { encodeMask } from '../../src/geometry/run-length-mask.js';
import { type DetectedImage, evaluateDetections } from '../../src/metrics/detection-evaluation.js';
import { type RandomStream, randomStream } from '../../src/random.js';
import type { DetectionReportContent } from '../../src/report/detection-report.js';
import { chooseImages, galleryImage } from '../../src/report/gallery.js';
import type { LoggedStep } from '../../src/report/report-input.js';

const [width, height] = [96, 72];

interface Situation {
  readonly classes: readonly string[];
  readonly images?: number;
  /** Whether there are objects to be found, and whether anything is detected. */
  readonly objects?: boolean;
  readonly detected?: boolean;
  readonly steps?: number;
  /** `key.path=value`, each. */
  readonly overrides?: readonly string[];
}

/** What a report is made from: rectangles, and detections that are moved, confused, repeated or of nothing. */
export async function reportData(situation: Situation): Promise<DetectionReportContent> {
  const { classes, images = 30, steps = 0, overrides = [] } = situation;
  const detectedImages = Array.from({ length: images }, (_, i) => detectedImage(i, situation));
  const { metrics, curves, errors } = evaluateDetections(detectedImages, classes);
  const gallery = [];
  for (const { name, images } of chooseImages(errors.images, 3)) {
    const drawn = images.map((image) => {
      const { groundTruth, detections } = detectedImages[Number(image.id)];
      const pixels = { width, height, data: new Uint8Array(width * height * 3).fill(190) };
      const sample = {
        id: String(image.id),
        imageId: image.id,
        image: pixels,
        instances: groundTruth,
        ignored: [],
      };
      const shown = detections.filter(({ score }) => score >= errors.score);
      return galleryImage(image, sample, shown, classes);
    });
    gallery.push({ name, images: await Promise.all(drawn) });
  }
  return {
    ...lossesOnly(steps, overrides),
    evaluation: { metrics, curves, errors, split: 'val', step: undefined, gallery },
  };
}

/** What a report is made from where nothing was evaluated. */
export function lossesOnly(steps: number, overrides: readonly string[] = []): DetectionReportContent {
  const config = {
    data: { format: 'voc', root: '/data/VOCdevkit', year: 2007 },
    training: { steps: 20_000, learningRate: 0.02, validateEvery: 10 },
  };
  return {
    name: 'a-run-2026-01-31-120000',
    config: requireDetection(parseConfig(config, [...overrides], 'config.json'), 'config.json'),
    evaluation: undefined,
    log: Array.from({ length: steps }, (_, i) => loggedStep(i + 1)),
    notices: [],
    circumstances: [{ name: 'atto', value: '0.1.0' }],
  };
}

function loggedStep(step: number): LoggedStep {
  const losses = { classifier: 1 / step, mask: 2 / step };
  const validation = { AP_d: step / 100, AP_m: step / 200 };
  return {
    step,
    loss: 3 / step,
    losses,
    learningRate: 0.02,
    imagesPerSecond: 4,
    ...(step % 10 === 0 && { validation }),
  };
}

function detectedImage(
  id: number,
  { classes, objects: annotated = true, detected = true }: Situation,
): DetectedImage {
  const random = randomStream(1, 'report', id);
  const objects = Array.from({ length: id % 4 }, () => ({
    label: random.integer(classes.length),
    box: randomBox(random),
  }));
  const found = objects.flatMap(({ label, box }) => {
    const wrong = random.uniform() < 0.2;
    const category = wrong ? random.integer(classes.length) : label;
    return [detection(category, moved(box, random), random.uniform(), classes)];
  });
  const background = id % 5 === 0 ? [detection(0, randomBox(random), random.uniform(), classes)] : [];
  return {
    id,
    width,
    height,
    groundTruth: annotated ? objects.map(({ label, box }) => instance(label, box)) : [],
    detections: detected ? [...found, ...background].sort((a, b) => b.score - a.score) : [],
  };
}

function randomBox(random: RandomStream): Box {
  const [x, y] = [random.integer(width - 30), random.integer(height - 30)];
  return [x, y, x + 6 + random.integer(24), y + 6 + random.integer(24)];
}

function moved([x1, y1, x2, y2]: Box, random: RandomStream): Box {
  const shift = random.integer(5);
  return [Math.min(x1 + shift, width - 2), y1, Math.min(x2 + shift, width), y2];
}

function instance(label: number, box: Box): Instance {
  return { label, box, mask: rectangle(box), difficult: false, crowd: false };
}

function detection(label: number, box: Box, score: number, classes: readonly string[]): Detection {
  return { label, category: classes[label], box, mask: rectangle(box), score };
}

function rectangle([x1, y1, x2, y2]: Box) {
  const bitmap = new Uint8Array(width * height);
  for (let y = y1; y < y2; y++) bitmap.fill(1, y * width + x1, y * width + x2);
  return encodeMask(bitmap, height, width);
}
