import type { MetricValue } from '../metrics/metric-value.js';

/** Accuracy and cost of a classifier. */
interface Efficiency {
  /** Share of the images whose class it names first, 0 to 1. */
  readonly top1: number;
  /** Number of its parameters. */
  readonly parameters: number;
  /** Multiply-adds for one image. */
  readonly multiplyAdds: number;
}

/** Weights of accuracy, parameters and multiply-adds: those of Section 4.1's reference. */
const alpha = 2;
const beta = 0.5;
const gamma = 0.5;

/**
 * NetScore (Wong 2018): 20 · log10(a^α / (p^β · m^γ)) with α = 2 and β = γ = 0.5, where a is the top-1 accuracy in
 * percent, p the parameters in millions and m the multiply-adds in billions. In these units it gives Table 2's last
 * column from its others to 0.01.
 *
 * @returns the score, higher for a better trade; null for a network that is never right, which has no logarithm
 */
export function netScore({ top1, parameters, multiplyAdds }: Efficiency): MetricValue {
  if (top1 === 0) return null;
  const a = 100 * top1;
  const p = parameters / 1e6;
  const m = multiplyAdds / 1e9;
  return 20 * Math.log10(a ** alpha / (p ** beta * m ** gamma));
}

/** A row of the paper's Table 2. */
export interface PublishedClassifier extends Efficiency {
  /** Name of the network in the paper. */
  readonly name: string;
  readonly netScore: number;
}

/** Networks of Table 2: with ImageNet50's classes and one output more, for images of the usual size. */
export const publishedSetting = { outputs: 51, inputSize: [224, 224] } as const;

const table2 = [
  ['mobilenet-v1', 'MobileNet-V1', 0.6452, 567.5e6, 3.26e6, 69.71],
  ['mobilenet-v2', 'MobileNet-V2', 0.6868, 299.7e6, 2.29e6, 75.11],
  ['shufflenet-v2', 'ShuffleNet-V2', 0.65, 140.1e6, 1.32e6, 79.85],
  ['attonet-a', 'AttoNet-A', 0.73, 424.8e6, 2.97e6, 73.53],
  ['attonet-b', 'AttoNet-B', 0.711, 277.5e6, 1.87e6, 76.93],
  ['attonet-c', 'AttoNet-C', 0.696, 139.9e6, 1.06e6, 81.99],
  ['attonet-d', 'AttoNet-D', 0.663, 57.5e6, 0.32e6, 90.21],
] as const;

/** Table 2 of the paper as data, by the backbone's name: its results of classifiers on ImageNet50. */
export const publishedClassifiers: ReadonlyMap<string, PublishedClassifier> = new Map(
  table2.map(([backbone, name, top1, multiplyAdds, parameters, netScore]) => [
    backbone,
    { name, top1, multiplyAdds, parameters, netScore },
  ]),
);
