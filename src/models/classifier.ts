import { stageOutputs } from '../backbone/backbone.js';
import { buildBackbone } from '../backbone/build.js';
import type { BackboneConfig, ClassifierModelConfig } from '../config/schema.js';
import { UserError } from '../errors.js';
import { normal } from '../nn/initializers.js';
import { linearLayer } from '../nn/layers.js';
import type { Ops } from '../nn/ops.js';
import { type Parameter, rootScope } from '../nn/parameter.js';

/**
 * Classification network (Section 4.1):
 *
 * ```
 * image → backbone → C5 → average pooling → (dropout) → dense layer → logits
 * ```
 */
export interface ClassifierNetwork {
  /**
   * Runs the backbone and the average pooling.
   *
   * @param images `[N, H, W, 3]`, normalized
   * @returns `[N, C]`
   */
  features<T>(ops: Ops<T>, images: T): T;
  /** Runs the dense layer on features `[N, C]`: logits `[N, classes]`. */
  classify<T>(ops: Ops<T>, features: T): T;
  /** Share of the features that training drops, 0 for most networks. */
  readonly dropout: number;
  /** All tensors of the model, under the names that torchvision or timm gives them. */
  readonly parameters: readonly Parameter[];
}

/**
 * Builds the classifier that a config asks for.
 *
 * @param classes number of classes in its data
 * @throws UserError when the config gives it fewer outputs than that
 */
export function configuredClassifier(
  { backbone, outputs: wanted }: ClassifierModelConfig,
  classes: number,
): ClassifierNetwork {
  const outputs = wanted ?? classes;
  if (outputs < classes) {
    throw new UserError(
      `model.outputs is ${outputs}, and the data has ${classes} classes: each needs an output; leave it out for as many`,
    );
  }
  return buildClassifier(backbone, outputs);
}

/** Builds a classifier with as many outputs as `classes`. */
export function buildClassifier(settings: BackboneConfig, classes: number): ClassifierNetwork {
  const { scope, parameters } = rootScope();
  const backbone = buildBackbone(scope, settings);
  const { name, dropout } = backbone.classifier;
  const [, , , c5] = backbone.channels;
  const dense = linearLayer(scope.child(name), { in: c5, out: classes, initializer: normal(0.01) });
  return {
    features<T>(ops: Ops<T>, images: T): T {
      return ops.part('features', () => {
        const [, , , map] = stageOutputs(backbone, ops, images, 4);
        return ops.globalAveragePool(map);
      });
    },
    classify: (ops, features) => ops.linear(dense, features),
    dropout,
    parameters,
  };
}

/**
 * Computes a classifier's logits in evaluation, `[N, classes]`, of images `[N, H, W, 3]`; see also `trainingLogits`.
 */
export function evaluationLogits<T>(classifier: ClassifierNetwork, ops: Ops<T>, images: T): T {
  return classifier.classify(ops, classifier.features(ops, images));
}
