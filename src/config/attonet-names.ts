/** The paper's networks, from the largest to the smallest. */
export const attoNetNames = ['attonet-a', 'attonet-b', 'attonet-c', 'attonet-d'] as const;
export type AttoNetName = (typeof attoNetNames)[number];
