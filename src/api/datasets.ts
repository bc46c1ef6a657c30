/** Data sets: opening, checking and converting them, and formats of one's own. */
export { type CheckOptions, type CheckResult, checkDataset, checkLabeledData } from '../datasets/check.js';
export type { ImageFacts } from '../datasets/checks/facts.js';
export type { CheckContext } from '../datasets/checks/image-check.js';
export { convertToCoco } from '../datasets/convert.js';
export type {
  ClassificationData,
  DataSettings,
  Dataset,
  DatasetFormat,
  DetectionData,
  LabeledSplit,
  OpenContext,
  OpenOptions,
  SplitContents,
} from '../datasets/dataset-format.js';
export type { Finding, Report } from '../datasets/finding.js';
export {
  datasetFormats,
  openDataset,
  openLabeledSplit,
  registerDatasetFormat,
  resolveClasses,
} from '../datasets/formats.js';
export type { ImageReader, ReadImage, ReadObject } from '../datasets/read-image.js';
export type { Purpose, Sample, SplitName } from '../datasets/sample.js';
export type { Instance } from '../geometry/instance.js';
export {
  type CheckDataOptions,
  type CheckedData,
  type ConvertOptions,
  check,
  convertData,
} from '../tasks/data.js';
