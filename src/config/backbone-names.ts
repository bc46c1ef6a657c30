/** The paper's networks, from the largest to the smallest. */
export const attoNetNames = ['attonet-a', 'attonet-b', 'attonet-c', 'attonet-d'] as const;
export type AttoNetName = (typeof attoNetNames)[number];

/** All networks that classify or feed a detector: the paper's, and those it compares them with. */
export const backboneNames = [
  ...attoNetNames,
  'resnet50',
  'mobilenet-v1',
  'mobilenet-v2',
  'shufflenet-v2',
] as const;
export type BackboneName = (typeof backboneNames)[number];
