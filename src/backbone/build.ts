import { addBackboneName, type BackboneName } from '../config/backbone-names.js';
import type { BackboneConfig } from '../config/schema.js';
import { UserError } from '../errors.js';
import type { Scope } from '../nn/parameter.js';
import { attoNet } from './attonet.js';
import { type Backbone, type StageSettings, stageSettings } from './backbone.js';
import { mobileNetV1 } from './mobilenet-v1.js';
import { mobileNetV2 } from './mobilenet-v2.js';
import { resNet50 } from './resnet.js';
import { shuffleNetV2 } from './shufflenet-v2.js';

/** Lays down a network whose stages' parameters go into the scopes, and have the norms, that `stage` gives for each. */
export type BackboneBuilder = (stage: (index: number) => StageSettings) => Backbone;

const builtIn: Readonly<Record<BackboneName, BackboneBuilder>> = {
  'attonet-a': (stage) => attoNet('attonet-a', stage),
  'attonet-b': (stage) => attoNet('attonet-b', stage),
  'attonet-c': (stage) => attoNet('attonet-c', stage),
  'attonet-d': (stage) => attoNet('attonet-d', stage),
  resnet50: resNet50,
  'mobilenet-v1': mobileNetV1,
  'mobilenet-v2': mobileNetV2,
  'shufflenet-v2': shuffleNetV2,
};

const backbones = new Map<string, BackboneBuilder>(Object.entries(builtIn));

/**
 * Adds a backbone. Configs may then name it in `model.backbone.name`, for detectors and classifiers alike; one that was
 * registered under the same name is replaced. A program that loads weights of such a network registers it first.
 *
 * @throws UserError when a backbone of this name comes with the project
 */
export function registerBackbone(name: string, build: BackboneBuilder): void {
  addBackboneName(name);
  backbones.set(name, build);
}

/**
 * Builds the backbone that a config asks for, with its norms and frozen stages.
 *
 * @throws UserError when there is no backbone of this name
 */
export function buildBackbone(scope: Scope, settings: BackboneConfig): Backbone {
  const { name, norm, normEpsilon, normMomentum, trainableStages } = settings;
  const build = backbones.get(name);
  if (!build) throw new UserError(`model.backbone.name: there is no backbone "${name}"; register it first`);
  const norms = { mode: norm, epsilon: normEpsilon, momentum: normMomentum };
  return build(stageSettings(scope, norms, trainableStages));
}
