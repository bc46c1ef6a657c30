/**
 * What compare-mask-rcnn.py asks of atto that no command prints: a backbone's features, and losses, gradients and steps
 * of training with torchvision's choice of anchors and RoIs.
 *
 *     npx jiti scripts/golden/compare-mask-rcnn.ts <task.json>
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { requireDetection } from '../../src/config/require-task.js';
import { classesOf } from '../../src/datasets/formats.js';
import { decodeImage } from '../../src/datasets/images/decode-image.js';
import { loadEngine } from '../../src/engine/load.js';
import { tf } from '../../src/engine/tf.js';
import { BACKGROUND, type Sampler } from '../../src/geometry/matching.js';
import { buildMaskRcnn } from '../../src/models/mask-rcnn.js';
import { type Samplers, type TrainingExample, trainingLosses } from '../../src/models/training.js';
import { transformImages } from '../../src/models/transform.js';
import { TensorOps } from '../../src/nn/tensor-ops.js';
import { Weights } from '../../src/nn/weights.js';
import { computeGradients, type Gradients } from '../../src/training/gradients.js';
import { Sgd } from '../../src/training/sgd.js';
import { readModelConfig } from '../../src/weights/model-config.js';
import { loadWeights } from '../../src/weights/model-file.js';
import { openTensors } from '../../src/weights/open.js';
import { writeSafetensors } from '../../src/weights/safetensors.js';
import type { NamedTensor } from '../../src/weights/tensor-file.js';
import { torchShape, toTorch } from '../../src/weights/torch-layout.js';
import { ellipse } from '../../test/support/reference.js';

/** What the Python side wants. */
interface Task {
  readonly mode: 'features' | 'training';
  readonly weights: string;
  readonly input: { readonly shorterSide: number; readonly longerSide: number };
  readonly pictures: readonly {
    readonly file: string;
    readonly objects: readonly {
      readonly box: readonly [number, number, number, number];
      readonly label: number;
    }[];
  }[];
  readonly learningRate: number;
  /** How many steps, of which the first one's gradients are written. */
  readonly steps: number;
  /** torchvision's anchors and RoIs of each step and picture. */
  readonly samples: string;
  /** The file that tensors are written to; losses go beside it, into losses.json. */
  readonly out: string;
}

const task: Task = JSON.parse(await readFile(process.argv[2], 'utf8'));
await loadEngine({});
const config = requireDetection(await readModelConfig(task.weights), task.weights);
const network = buildMaskRcnn(config.model, classesOf(config.data).length);
const weights = new Weights(network.parameters, config.seed);
await loadWeights(task.weights, weights);
await (task.mode === 'features' ? writeFeatures() : writeTraining());

async function writeFeatures(): Promise<void> {
  const images = await Promise.all(task.pictures.map(({ file }) => decodeImage(file)));
  const batch = transformImages(images, task.input);
  const features = network.backbone(new TensorOps(weights), batch.images);
  const tensors = features.map((feature, i): NamedTensor => {
    const channelsFirst = tf.transpose(feature, [0, 3, 1, 2]);
    return { name: `C${i + 2}`, shape: channelsFirst.shape, data: channelsFirst.dataSync<'float32'>() };
  });
  await writeSafetensors(task.out, tensors, {});
}

async function writeTraining(): Promise<void> {
  const examples = await Promise.all(
    task.pictures.map(async ({ file, objects }): Promise<TrainingExample> => {
      const image = await decodeImage(file);
      const { height, width } = image;
      return {
        image,
        objects: objects.map(({ box, label }) => ({
          box,
          label: label - 1,
          mask: ellipse(height, width, box),
        })),
        ignored: new Float32Array(),
      };
    }),
  );
  const sgd = new Sgd(weights, { momentum: 0.9, weightDecay: 1e-4, decayBiasesAndNorms: true });
  const losses: Readonly<Record<string, number>>[] = [];
  for (let step = 0; step < task.steps; step++) {
    const samplers = await torchvisionSamplers(step);
    const pass = computeGradients(
      weights,
      (ops) => trainingLosses(network, ops, examples, { ...task.input, samplers }),
      1,
    );
    if (!pass.gradients) throw new Error(`step ${step}: a loss isn't finite: ${JSON.stringify(pass.losses)}`);
    losses.push(pass.losses);
    console.error(`atto, step ${step + 1} of ${task.steps}: ${Object.values(pass.losses).join(' ')}`);
    if (step === 0) await writeSafetensors(task.out, gradientTensors(pass.gradients), {});
    sgd.step(pass.gradients, task.learningRate);
  }
  await writeFile(path.join(path.dirname(task.out), 'losses.json'), JSON.stringify(losses));
}

function* gradientTensors(gradients: Gradients): Generator<NamedTensor> {
  for (const [parameter, gradient] of gradients) {
    const data = toTorch(parameter, gradient.dataSync<'float32'>());
    yield { name: parameter.name, shape: torchShape(parameter), data };
  }
}

/** Chooses what torchvision chose in a step. */
async function torchvisionSamplers(step: number): Promise<Samplers> {
  const source = await openTensors(task.samples);
  const choices = await Promise.all(
    task.pictures.map(async (_, i) => {
      const read = (name: string) => source.read(`${step}.${i}.${name}`);
      return {
        foreground: Int32Array.from(await read('foreground')),
        background: Int32Array.from(await read('background')),
        rois: await read('rois'),
        labels: await read('labels'),
      };
    }),
  );
  await source.close();
  return {
    anchors: (i) => (matches) => {
      const { foreground, background } = choices[i];
      const agree =
        foreground.every((anchor) => matches[anchor] >= 0) &&
        background.every((anchor) => matches[anchor] === BACKGROUND);
      if (!agree) throw new Error(`step ${step}: the anchors of picture ${i} match other objects`);
      return { foreground, background };
    },
    proposals: (i) => choices[i].rois,
    rois: (i) => allOf(choices[i].labels),
  };
}

/** Takes all RoIs that torchvision took; the ground-truth boxes behind them are among them already, or not wanted. */
function allOf(labels: Float32Array): Sampler {
  return (matches) => {
    const foreground = Int32Array.from(labels.keys()).filter((roi) => labels[roi] > 0);
    const background = Int32Array.from(labels.keys()).filter((roi) => labels[roi] === 0);
    const agree =
      foreground.every((roi) => matches[roi] >= 0) && background.every((roi) => matches[roi] === BACKGROUND);
    if (!agree) throw new Error('RoIs match other objects than in torchvision');
    return { foreground, background };
  };
}
