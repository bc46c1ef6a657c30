import { randomStream } from '../src/random.js';
import type { ClassifierWork, DetectorWork, LoadingWork, VocFolder, Work } from './side.js';

/** One row of the table. */
export interface Item {
  readonly name: string;
  readonly work: Work;
  /** Whether torchvision has this network. */
  readonly peer: boolean;
}

/** What the items work on. */
export interface Material {
  /** A photograph's bytes; see {@link scene}. */
  readonly image: string;
  /** The weights that both sides start from; a fresh network of ours without them. */
  readonly weights: string | undefined;
  readonly photographs: VocFolder;
}

const size = [800, 1088] as const;

/** A photograph's stand-in: soft waves and noise. */
export function scene(): Uint8Array {
  const [height, width] = size;
  const random = randomStream(1, 'bench');
  const data = new Uint8Array(3 * height * width);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const wave = Math.sin((pixel % width) / 40 + (i % 3)) + Math.cos(Math.floor(pixel / width) / 30);
    data[i] = 128 + 40 * wave + 40 * random.uniform();
  }
  return data;
}

/** Objects of many sizes, as whole pixels. */
function objects(): Pick<DetectorWork, 'boxes' | 'labels'> {
  const random = randomStream(1, 'bench objects');
  const [height, width] = size;
  const boxes = Array.from({ length: 8 }, () => {
    const w = 40 + random.integer(360);
    const h = 40 + random.integer(300);
    const x = random.integer(width - w);
    const y = random.integer(height - h);
    return [x, y, x + w, y + h];
  });
  return { boxes, labels: boxes.map((_, i) => 1 + i) };
}

export function benchItems({ image, weights, photographs }: Material): readonly Item[] {
  const detector = (
    config: string,
    work: DetectorWork['work'],
    settings: Partial<Pick<DetectorWork, 'trainableStages' | 'batchSize' | 'weights'>> = {},
  ): DetectorWork => ({
    work,
    config: `configs/voc2012/${config}.ts`,
    trainableStages: 5,
    batchSize: 1,
    size,
    image,
    ...objects(),
    ...settings,
  });
  const r50 = (work: DetectorWork['work'], trainableStages: number, batchSize = 1): DetectorWork =>
    detector('mask-rcnn-r50-fpn', work, { trainableStages, batchSize, ...(weights && { weights }) });
  const classifier = (
    work: ClassifierWork['work'],
    backbone: ClassifierWork['backbone'],
    batchSize: number,
  ): ClassifierWork => ({ work, backbone, batchSize });
  const loading: LoadingWork = { work: 'load', data: photographs, images: 40, workers: 2 };
  return [
    { name: 'detect, R50-FPN', work: r50('detect', 3), peer: true },
    { name: 'step, R50-FPN', work: r50('step', 3), peer: true },
    { name: 'step, R50-FPN, all stages', work: r50('step', 5), peer: true },
    { name: 'step, R50-FPN, batch 2', work: r50('step', 3, 2), peer: true },
    { name: 'detect, R50-C4', work: detector('mask-rcnn-r50-c4', 'detect'), peer: false },
    { name: 'step, R50-C4', work: detector('mask-rcnn-r50-c4', 'step', { trainableStages: 3 }), peer: false },
    { name: 'detect, Atto-MaskRCNN', work: detector('atto-mask-rcnn', 'detect'), peer: false },
    ...['b', 'c', 'd', 'light'].map((variant) => ({
      name: `detect, Atto-MaskRCNN, ${variant}`,
      work: detector(`atto-mask-rcnn-${variant}`, 'detect'),
      peer: false,
    })),
    { name: 'step, Atto-MaskRCNN', work: detector('atto-mask-rcnn', 'step'), peer: false },
    {
      name: 'classifier step × 32, ResNet-50',
      work: classifier('classifier-step', 'resnet50', 32),
      peer: true,
    },
    {
      name: 'classifier step × 32, MobileNet-V2',
      work: classifier('classifier-step', 'mobilenet-v2', 32),
      peer: true,
    },
    {
      name: 'classifier step × 32, ShuffleNet-V2',
      work: classifier('classifier-step', 'shufflenet-v2', 32),
      peer: true,
    },
    { name: 'classify, AttoNet-D', work: classifier('classify', 'attonet-d', 1), peer: false },
    { name: 'classify, MobileNet-V2', work: classifier('classify', 'mobilenet-v2', 1), peer: true },
    { name: `load ${loading.images} photographs`, work: loading, peer: true },
  ];
}
