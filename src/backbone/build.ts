import type { BackboneName } from '../config/backbone-names.js';
import type { BackboneConfig } from '../config/schema.js';
import type { Scope } from '../nn/parameter.js';
import { attoNet } from './attonet.js';
import { type Backbone, type StageSettings, stageSettings } from './backbone.js';
import { mobileNetV1 } from './mobilenet-v1.js';
import { mobileNetV2 } from './mobilenet-v2.js';
import { resNet50 } from './resnet.js';
import { shuffleNetV2 } from './shufflenet-v2.js';

const backbones: Readonly<Record<BackboneName, (stage: (index: number) => StageSettings) => Backbone>> = {
  'attonet-a': (stage) => attoNet('attonet-a', stage),
  'attonet-b': (stage) => attoNet('attonet-b', stage),
  'attonet-c': (stage) => attoNet('attonet-c', stage),
  'attonet-d': (stage) => attoNet('attonet-d', stage),
  resnet50: resNet50,
  'mobilenet-v1': mobileNetV1,
  'mobilenet-v2': mobileNetV2,
  'shufflenet-v2': shuffleNetV2,
};

/** The backbone that a config asks for, with its norms and frozen stages. */
export function buildBackbone(scope: Scope, settings: BackboneConfig): Backbone {
  const { name, norm, normEpsilon, normMomentum, trainableStages } = settings;
  const norms = { mode: norm, epsilon: normEpsilon, momentum: normMomentum };
  return backbones[name](stageSettings(scope, norms, trainableStages));
}
