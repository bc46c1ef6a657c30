import type { DetectionConfig } from '../config/schema.js';
import type { ImageQuality } from '../metrics/error-analysis.js';
import type { Evaluation } from '../metrics/evaluate.js';
import type { ImageGroup } from '../metrics/image-choice.js';

/** What a report is made from. */
export interface ReportData {
  /** Of the run, or of the weights file. */
  readonly name: string;
  readonly config: DetectionConfig;
  /** Undefined where nothing was evaluated: then there is only how training went. */
  readonly evaluation: ReportedEvaluation | undefined;
  /** The run's steps in their order; empty where there is no run. */
  readonly log: readonly LoggedStep[];
  /** Versions and machine, and when it was. */
  readonly circumstances: readonly Fact[];
}

export interface ReportedEvaluation extends Evaluation {
  /** Which of the config's splits. */
  readonly split: 'train' | 'val';
  /** After which step of the run the weights were as evaluated; undefined where that isn't known. */
  readonly step: number | undefined;
  readonly gallery: readonly GalleryGroup[];
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** A step of training, as the run's log has it. */
export interface LoggedStep {
  readonly step: number;
  readonly loss: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  readonly validation?: Readonly<Record<string, number | null>>;
}

/** Pictures that belong together. */
export interface GalleryGroup {
  readonly name: ImageGroup['name'];
  readonly images: readonly GalleryImage[];
}

export interface GalleryImage extends ImageQuality {
  readonly truth: EmbeddedPicture;
  readonly prediction: EmbeddedPicture;
}

/** A picture inside the page. */
export interface EmbeddedPicture {
  /** A `data:` URI. */
  readonly source: string;
  readonly width: number;
  readonly height: number;
}
