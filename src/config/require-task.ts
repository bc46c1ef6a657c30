import { UserError } from '../errors.js';
import type { ClassificationConfig, Config, DetectionConfig } from './schema.js';

/**
 * The config where it is a detector's.
 *
 * @param source names it in the message
 * @throws UserError where it is a classifier's
 */
export function requireDetection(config: Config, source: string): DetectionConfig {
  if (config.task === 'instance-segmentation') return config;
  throw new UserError(`${source}: is about a classifier (task classification); a detector is needed here`);
}

/**
 * The config where it is a classifier's.
 *
 * @param source names it in the message
 * @throws UserError where it is a detector's
 */
export function requireClassification(config: Config, source: string): ClassificationConfig {
  if (config.task === 'classification') return config;
  throw new UserError(
    `${source}: is about a detector (task instance-segmentation); a classifier is needed here`,
  );
}
