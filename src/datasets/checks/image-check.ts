import type { Box } from '../../geometry/boxes.js';
import type { Finding, FindingCode } from '../finding.js';
import type { SplitName } from '../sample.js';
import type { ImageFacts, ObjectFacts } from './facts.js';

/** Knowledge of a check beside the image. */
export interface CheckContext {
  readonly split: SplitName;
  /** Classes that are trained. */
  readonly classes: readonly string[];
  /** Every class that the data's own list names. */
  readonly names: readonly string[];
}

/** Finds what is wrong or doubtful in an image. */
export type ImageCheck = (image: ImageFacts, context: CheckContext) => readonly Finding[];

/** A finding about an object. */
export function about({ name, file, key }: ObjectFacts, code: FindingCode, what: string): Finding[] {
  return [{ code, file, object: key, message: `${name} ${what}` }];
}

/** A box as messages show it. */
export function showBox(box: Box): string {
  return `[${box.map(rounded).join(', ')}]`;
}

/** A coordinate or an area as messages show it. */
export function rounded(value: number): number {
  return Math.round(10 * value) / 10;
}

/** Rounding and annotators take boxes and polygons a little beyond their image. */
const tolerated = 1;

/** Whether a box lies in an image. */
export function isInside([x1, y1, x2, y2]: Box, width: number, height: number): boolean {
  return x1 >= -tolerated && y1 >= -tolerated && x2 <= width + tolerated && y2 <= height + tolerated;
}
