/** atto-maskrcnn: Mask R-CNN for programs. The other entries train, evaluate, read data, draw and describe networks. */
export { defineConfig, vocClasses } from '../config/define.js';
export type { ClassificationConfig, Config, ConfigInput, DetectionConfig } from '../config/schema.js';
export { decodeImage } from '../datasets/images/decode-image.js';
export type { RgbImage } from '../datasets/sample.js';
export { type ProvidedEngine, provideEngine } from '../engine/install/provide.js';
export { UserError } from '../errors.js';
export type { Box } from '../geometry/boxes.js';
export type { Detection, Instance } from '../geometry/instance.js';
export { decodeMask, encodeMask, maskArea, type RunLengthMask } from '../geometry/run-length-mask.js';
export {
  type Classification,
  type ClassifyOptions,
  ImageClassifier,
} from '../tasks/classification/image-classifier.js';
export { type DetectOptions, Detector } from '../tasks/detection/detector.js';
export { load } from '../tasks/find-task.js';
export {
  type PredictedImage,
  type PredictionResult,
  type PredictOptions,
  predict,
} from '../tasks/predict.js';
export type { ImageSource, LoadOptions } from '../tasks/trained-model.js';
