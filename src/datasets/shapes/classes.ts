/** The classes of the generated data set. */
export const shapeClasses = ['circle', 'square', 'triangle', 'star', 'ring'] as const;
export type ShapeClass = (typeof shapeClasses)[number];
