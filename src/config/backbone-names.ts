import { UserError } from '../errors.js';

/** The paper's networks, from the largest to the smallest. */
export const attoNetNames = ['attonet-a', 'attonet-b', 'attonet-c', 'attonet-d'] as const;
export type AttoNetName = (typeof attoNetNames)[number];

/** The networks that come with the project: the paper's, and those it compares them with. */
export const builtInBackboneNames = [
  ...attoNetNames,
  'resnet50',
  'mobilenet-v1',
  'mobilenet-v2',
  'shufflenet-v2',
] as const;
export type BackboneName = (typeof builtInBackboneNames)[number];

/** Names that programs have added. */
const registered = new Set<string>();

/** Names of all networks that classify or feed a detector. */
export function backboneNames(): readonly string[] {
  return [...builtInBackboneNames, ...registered];
}

/**
 * Lets configs name a backbone in `model.backbone.name`; `registerBackbone` does so for the network that it adds.
 *
 * @throws UserError when a backbone of this name comes with the project
 */
export function addBackboneName(name: string): void {
  if (builtInBackboneNames.some((builtIn) => builtIn === name)) {
    throw new UserError(`A backbone "${name}" comes with atto; register yours under another name`);
  }
  registered.add(name);
}
