/**
 * Cost of objects outside of the network: peak memory, and processor time a training step of two 12-megapixel images for reading,
 * mirroring and targets (anchors, RoIs, masks), with 4 and with 400 objects an image. Each number of objects has a process
 * of its own, without the engine. Bundled first, since what loads TypeScript slows calls between modules down.
 *
 *   npm run bench:objects [rounds]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import Table from 'cli-table3';
import sharp from 'sharp';
import { collectGarbageAtOnce } from '../src/cli/garbage-collection.js';
import { configSchemas } from '../src/config/schema.js';
import { openDataset } from '../src/datasets/formats.js';
import { trainingLoader } from '../src/datasets/loading/loader.js';
import type { Sample } from '../src/datasets/sample.js';
import { type Box, boxAt } from '../src/geometry/boxes.js';
import { type ImageSize, resizedSize } from '../src/geometry/image-size.js';
import { randomSampler } from '../src/geometry/matching.js';
import { type MaskRoi, maskTargets } from '../src/heads/mask-targets.js';
import { type RandomStream, randomStream } from '../src/random.js';
import { sampleRois } from '../src/roi/sampling.js';
import { makeAnchors } from '../src/rpn/anchors.js';
import { sampleAnchors } from '../src/rpn/sampling.js';

const counts = [4, 400] as const;
const batchSize = 2;
/** Rows and columns of the grid that objects lie in. */
const grid = 20;
const image: ImageSize = { width: 4000, height: 3000 };
const maskSize = 28;
const proposalsPerImage = 2000;
/** Steps a process, without the first one. */
const steps = 8;

interface Measured {
  /** Processor seconds of the fastest step: whatever else the machine does adds to the others. */
  readonly reading: number;
  readonly targets: number;
  /** Peak resident memory of the process. */
  readonly megabytes: number;
}

/** Soft waves, as JPEG. */
async function writeImage(file: string): Promise<void> {
  const { width, height } = image;
  const data = new Uint8Array(3 * width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++, i++) data[i] = 128 + 60 * Math.sin(x / 40 + c) + 60 * Math.cos(y / 30);
    }
  }
  await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toFile(file);
}

/** A polygon in a cell of the grid; one in eight is four times as large and reaches beyond it. */
function polygon(random: RandomStream, cell: number): number[] {
  const [cellWidth, cellHeight] = [image.width / grid, image.height / grid];
  const x = ((cell % grid) + 0.5) * cellWidth;
  const y = (Math.floor(cell / grid) + 0.5) * cellHeight;
  const radius = (30 + 45 * random.uniform()) * (cell % 8 === 0 ? 4 : 1);
  const corners = 12 + random.integer(24);
  return Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners;
    const distance = radius * (0.7 + 0.3 * random.uniform());
    return [
      Math.min(Math.max(x + distance * Math.cos(angle), 0), image.width),
      Math.min(Math.max(y + distance * Math.sin(angle), 0), image.height),
    ];
  }).flat();
}

/** Writes a COCO annotation file with so many objects in each of the images. */
function writeAnnotations(file: string, objects: number): void {
  const images = Array.from({ length: batchSize }, (_, i) => ({
    id: i + 1,
    file_name: `${i}.jpg`,
    ...image,
  }));
  const annotations = images.flatMap(({ id }) => {
    const random = randomStream(1, 'many objects', id);
    return Array.from({ length: objects }, (_, i) => {
      const points = polygon(random, Math.floor((i * grid * grid) / objects));
      return { id: id * 1000 + i, image_id: id, category_id: 1, segmentation: [points], iscrowd: 0 };
    });
  });
  writeFileSync(file, JSON.stringify({ images, annotations, categories: [{ id: 1, name: 'thing' }] }));
}

/** Proposals near the objects, a few times as many as the RPN finds of each, and the rest anywhere. */
function proposals(boxes: Float32Array, random: RandomStream, input: ImageSize): Float32Array {
  const found = new Float32Array(4 * proposalsPerImage);
  const near = Math.min((8 * boxes.length) / 4, proposalsPerImage / 2);
  for (let i = 0; i < proposalsPerImage; i++) {
    const [x1, y1, x2, y2] = i < near ? boxAt(boxes, i % (boxes.length / 4)) : anywhere(random, input);
    const shift = () => (random.uniform() - 0.5) * 0.2;
    const [width, height] = [x2 - x1, y2 - y1];
    found.set(
      [x1 + width * shift(), y1 + height * shift(), x2 + width * shift(), y2 + height * shift()],
      4 * i,
    );
  }
  return found;
}

function anywhere(random: RandomStream, input: ImageSize): Box {
  const [x, y] = [random.uniform() * input.width, random.uniform() * input.height];
  return [x, y, x + 10 + 100 * random.uniform(), y + 10 + 100 * random.uniform()];
}

/** Targets of a batch for RPN, box head and mask head; only their number is of interest. */
function computeTargets(samples: readonly Sample[], step: number): number {
  const input = resizedSize(image, 800, 1333);
  const maps = [4, 8, 16, 32, 64].map((stride) => ({
    shape: [batchSize, Math.ceil(input.height / stride), Math.ceil(input.width / stride), 256],
  }));
  const anchorShapes = { sizes: [[32], [64], [128], [256], [512]], aspectRatios: [0.5, 1, 2] };
  const [scaleX, scaleY] = [input.width / image.width, input.height / image.height];
  const groundTruth = samples.map(({ instances }) => ({
    boxes: Float32Array.from(
      instances.flatMap(({ box }) => box.map((side, i) => side * (i % 2 === 0 ? scaleX : scaleY))),
    ),
    labels: Int32Array.from(instances, ({ label }) => label),
    ignored: new Float32Array(),
  }));
  const anchors = sampleAnchors(makeAnchors(anchorShapes, maps, input), {
    groundTruth,
    settings: { foregroundIou: 0.7, backgroundIou: 0.3, batchSizePerImage: 256, foregroundFraction: 0.5 },
    sampler: (i) => randomSampler(randomStream(1, 'anchors', step + i)),
  });
  const rois = sampleRois(
    groundTruth.map(({ boxes }, i) => proposals(boxes, randomStream(1, 'proposals', step + i), input)),
    groundTruth,
    {
      settings: { foregroundIou: 0.5, backgroundIou: 0.5, batchSizePerImage: 512, foregroundFraction: 0.25 },
      sampler: (i) => randomSampler(randomStream(1, 'rois', step + i)),
      levels: 4,
    },
  );
  const maskRois = Array.from(rois.foreground, (roi, i): MaskRoi => {
    const { mask } = samples[rois.images[roi]].instances[rois.objects[i]];
    return { box: boxAt(rois.boxes, roi), mask, input };
  });
  return anchors.targetOffsets.length + maskTargets(maskRois, maskSize).length;
}

/** Processor time of all threads: what else the machine does has little influence on it. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Reads steps of images and computes their targets, in this process. */
async function measure(root: string, objects: number): Promise<Measured> {
  collectGarbageAtOnce();
  const { data } = configSchemas().detection.parse({
    data: {
      format: 'coco',
      root,
      train: `${objects}.json`,
      val: `${objects}.json`,
      imagesTrain: '.',
      imagesVal: '.',
      classes: ['thing'],
    },
    training: { steps: 1, learningRate: 1 },
  });
  const loader = trainingLoader({
    dataset: await openDataset(data, 'train'),
    workers: 0,
    ahead: batchSize,
    seed: 1,
    start: 0,
    horizontalFlip: 1,
  });
  const reading: number[] = [];
  const targets: number[] = [];
  // The first step compiles what the later ones run.
  for (let step = 0; step <= steps; step++) {
    const start = processorSeconds();
    const samples: Sample[] = [];
    while (samples.length < batchSize) samples.push(await loader.next());
    const read = processorSeconds();
    computeTargets(samples, step * batchSize);
    if (step === 0) continue;
    reading.push(read - start);
    targets.push(processorSeconds() - read);
  }
  await loader.close();
  const megabytes = process.resourceUsage().maxRSS / 1000;
  return { reading: Math.min(...reading), targets: Math.min(...targets), megabytes };
}

/** The same in a process of its own. */
function measureApart(folder: string, objects: number): Measured {
  const args = [import.meta.filename, folder, `${objects}`];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

/** The least time and the most memory of several rounds. */
function summarize(rounds: readonly Measured[]): Measured {
  return {
    reading: Math.min(...rounds.map(({ reading }) => reading)),
    targets: Math.min(...rounds.map(({ targets }) => targets)),
    megabytes: Math.max(...rounds.map(({ megabytes }) => megabytes)),
  };
}

async function main(rounds: number): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'atto-bench-objects-'));
  try {
    for (let i = 0; i < batchSize; i++) await writeImage(path.join(folder, `${i}.jpg`));
    for (const objects of counts) writeAnnotations(path.join(folder, `${objects}.json`), objects);
    const measured = counts.map((): Measured[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, objects] of counts.entries()) measured[i].push(measureApart(folder, objects));
    }
    const [few, many] = measured.map(summarize);
    const table = new Table({
      head: ['', ...counts.map((objects) => `${objects} objects`), 'ratio', 'difference'],
      colAligns: ['left', 'right', 'right', 'right', 'right'],
      style: { head: [], border: [] },
    });
    const row = (name: string, of: (measured: Measured) => number, digits: number): void => {
      const [a, b] = [of(few), of(many)];
      table.push([name, a.toFixed(digits), b.toFixed(digits), (b / a).toFixed(2), (b - a).toFixed(digits)]);
    };
    row('reading and mirroring, s', ({ reading }) => reading, 3);
    row('targets, s', ({ targets }) => targets, 3);
    row('outside of the network, s', ({ reading, targets }) => reading + targets, 3);
    row('peak memory, MB', ({ megabytes }) => megabytes, 0);
    console.log(
      `${cpus()[0]?.model ?? 'unknown processor'}; a step of ${batchSize} images of ${image.width}×${image.height}, ` +
        `the fastest of ${rounds} × ${steps} steps, the most memory`,
    );
    console.log(table.toString());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [argument, objects] = process.argv.slice(2);
if (objects === undefined) await main(Number(argument ?? 3));
else console.log(JSON.stringify(await measure(argument, Number(objects))));
