/**
 * A rectangle `[x1, y1, x2, y2]` in pixels: floats, `x2` and `y2` exclusive. Which image frame it lives in
 * (the original photograph or the network's input) is part of the name or the doc of whatever holds it.
 */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** The same as COCO's files write it: left and upper edge, width and height. */
export type CocoBox = readonly [x: number, y: number, width: number, height: number];
