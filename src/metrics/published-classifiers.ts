import type { BackboneName } from '../config/backbone-names.js';

/** A row of the paper's Table 2, as printed. */
export interface PublishedClassifier {
  /** The network's name in the paper. */
  readonly name: string;
  /** In percent. */
  readonly top1: number;
  /** In millions. */
  readonly multiplyAdds: number;
  /** In millions. */
  readonly parameters: number;
  readonly netScore: number;
}

/** How many outputs the networks of Table 2 have: ImageNet50's classes and one more. */
export const publishedOutputs = 51;
/** Height and width of the images behind Table 2. */
export const publishedInput = [224, 224] as const;

const row = (
  name: string,
  top1: number,
  multiplyAdds: number,
  parameters: number,
  netScore: number,
): PublishedClassifier => ({ name, top1, multiplyAdds, parameters, netScore });

/** Table 2 of the paper as data: what it reports of classifiers on ImageNet50. */
export const publishedClassifiers: Readonly<Partial<Record<BackboneName, PublishedClassifier>>> = {
  'mobilenet-v1': row('MobileNet-V1', 64.52, 567.5, 3.26, 69.71),
  'mobilenet-v2': row('MobileNet-V2', 68.68, 299.7, 2.29, 75.11),
  'shufflenet-v2': row('ShuffleNet-V2', 65, 140.1, 1.32, 79.85),
  'attonet-a': row('AttoNet-A', 73, 424.8, 2.97, 73.53),
  'attonet-b': row('AttoNet-B', 71.1, 277.5, 1.87, 76.93),
  'attonet-c': row('AttoNet-C', 69.6, 139.9, 1.06, 81.99),
  'attonet-d': row('AttoNet-D', 66.3, 57.5, 0.32, 90.21),
};
