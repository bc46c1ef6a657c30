import { UserError } from '../../errors.js';
import { listed } from '../classes.js';
import type { FindingCode, Report } from '../finding.js';
import { readLines } from '../read-file.js';
import type { YoloDescription } from './description.js';

/** An object of a label file. */
export interface LabeledPolygon {
  /** Its place in the file, from 1. */
  readonly line: number;
  readonly className: string;
  /** x and y in turn, as shares of the image's width and height. */
  readonly points: readonly number[];
}

/** Rounding takes points a little beyond the image; Ultralytics tolerates as much. */
const tolerated = 0.01;

/**
 * Reads a label file: a line an object, its class and the points of its polygon. Without the file there are no objects.
 *
 * @param report is told of each line that can't be used; it is left out then
 */
export function readLabels(file: string, description: YoloDescription, report: Report): LabeledPolygon[] {
  let lines: readonly string[];
  try {
    lines = readLines(file) ?? [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    report({ code: 'annotation-unreadable', file, message: error.message });
    return [];
  }
  return lines.flatMap((text, i): LabeledPolygon[] => {
    if (text === '') return [];
    const line = i + 1;
    const fault = (code: FindingCode, what: string): [] => {
      report({ code, file, object: line, message: `${file}, line ${line}: ${what}` });
      return [];
    };
    const words = text.split(/\s+/);
    const [label, ...points] = words.map(Number);
    const odd = words.find((word) => !Number.isFinite(Number(word)));
    if (odd !== undefined) {
      return fault(
        'annotation-unreadable',
        `"${odd.slice(0, 20)}" is no number. A line is a class and the points of a polygon.`,
      );
    }
    const className = description.names.get(label);
    if (className === undefined) {
      const { file: source, names } = description;
      const known = listed([...names].map(([number, name]) => `${number} ${name}`));
      return fault('unknown-class', `the class ${words[0]} isn't one of ${source}: ${known}.`);
    }
    if (points.length === 4) {
      return fault(
        'segmentation-missing',
        'is a box (5 numbers: a class, x, y, width and height), but masks need polygons: a class and at least 3 points. ' +
          'Export the data for segmentation.',
      );
    }
    if (points.length % 2 === 1) {
      return fault(
        'segmentation-invalid',
        `has ${points.length} numbers behind its class, but points are pairs of x and y.`,
      );
    }
    if (points.length < 6) {
      const count = points.length / 2;
      return fault(
        'segmentation-invalid',
        `has ${count} ${count === 1 ? 'point' : 'points'}, but a polygon has at least 3.`,
      );
    }
    const farthest = points.reduce((far, value) => (beyond(value) > beyond(far) ? value : far));
    if (beyond(farthest) > tolerated) {
      return fault(
        'segmentation-invalid',
        `has the coordinate ${farthest}, but they go from 0 to 1, as shares of the image's width and height.`,
      );
    }
    if (beyond(farthest) > 0) {
      fault(
        'polygon-outside-image',
        `has the coordinate ${farthest}, but they go from 0 to 1. The polygon is cut off at the border.`,
      );
    }
    return [{ line, className, points }];
  });
}

/** Distance of a coordinate from the image. */
function beyond(value: number): number {
  return Math.max(-value, value - 1, 0);
}
