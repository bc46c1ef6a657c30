import type { BackboneConfig } from '../config/schema.js';
import type { Scope } from '../nn/parameter.js';
import { attoNet } from './attonet.js';
import { type Backbone, stageSettings } from './backbone.js';
import { resNet50 } from './resnet.js';

/** The backbone that a config asks for, with its norms and frozen stages. */
export function buildBackbone(scope: Scope, settings: BackboneConfig): Backbone {
  const { name, norm, normEpsilon, normMomentum, trainableStages } = settings;
  const norms = { mode: norm, epsilon: normEpsilon, momentum: normMomentum };
  const stages = stageSettings(scope, norms, trainableStages);
  return name === 'resnet50' ? resNet50(stages) : attoNet(name, stages);
}
