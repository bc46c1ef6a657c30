/** Drawing: objects on images, and samples as the network sees them. */
export type { Canvas } from '@napi-rs/canvas';
export { encodePng, writeImage } from '../drawing/canvas.js';
export { drawDetections, drawInstances } from '../drawing/draw-detections.js';
export type { DrawOptions } from '../drawing/draw-objects.js';
export { drawComparison } from '../drawing/panels.js';
export { type ViewOptions, viewSamples } from '../tasks/view.js';
