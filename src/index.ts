/** atto-maskrcnn: train, evaluate and run Mask R-CNN in TypeScript. */
export { defineConfig, vocClasses } from './config/define.js';
export type { ClassificationConfig, Config, ConfigInput, DetectionConfig } from './config/schema.js';
export type { RgbImage } from './datasets/sample.js';
export { UserError } from './errors.js';
export type { Box } from './geometry/boxes.js';
export type { Detection, Instance } from './geometry/instance.js';
export { decodeMask, maskArea, type RunLengthMask } from './geometry/run-length-mask.js';
export { Detector, type LoadOptions } from './models/detector.js';
export { type Classification, ImageClassifier } from './models/trained-classifier.js';
