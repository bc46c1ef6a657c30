import type { Canvas } from '@napi-rs/canvas';
import type { WrittenResult } from '../datasets/coco/results.js';
import type { LoadOptions } from './trained-model.js';

export interface PredictorOptions extends LoadOptions {
  /** Minimum score of detections, from 0 to 1, exclusive. */
  readonly score?: number | undefined;
}

/** Loaded network that looks at images one by one. */
export interface Predictor {
  /** Name of the file for the results of all images. */
  readonly resultsFile: string;
  /** Sum of the results in words, such as `3 detections in 2 images`. */
  describeResults(results: number, images: number): string;
  /** Reads an image; what it gives then predicts. Rejects with a UserError where the image can't be read. */
  read(file: string): Promise<() => Promise<Prediction>>;
  dispose(): void;
}

/** Most probable classes of an image, as the results file of a classifier has them. */
export interface WrittenPrediction {
  readonly image_id: string;
  readonly file: string;
  /** By falling probability; `category_id` counts the config's classes from 1. */
  readonly predictions: readonly { category_id: number; category: string; probability: number }[];
}

export interface Prediction {
  /** Entries for the results file. */
  readonly results: readonly (WrittenResult | WrittenPrediction)[];
  /** Results in a few words. */
  readonly summary: string;
  /** Draws the results on the image; undefined for a task that draws nothing. */
  readonly picture?: () => Canvas;
}
