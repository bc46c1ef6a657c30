import { type RandomStream, randomChoice } from '../random.js';
import { boxGrid } from './box-grid.js';
import { areaIou, type Boxes, boxArea, intersectionArea } from './boxes.js';

/** Annotated objects of one image, in pixels of the network's input. */
export interface GroundTruthBoxes {
  /** `[G · 4]` */
  readonly boxes: Boxes;
  /** `[G]`: indices of classes, from 0. */
  readonly labels: Int32Array;
  /** `[I · 4]`: objects that are examples of nothing. */
  readonly ignored: Boxes;
}

/** Match of a candidate that is an example of background. */
export const BACKGROUND = -1;
/** Match of a candidate that is no example at all. */
export const NO_EXAMPLE = -2;

/** IoU limits of {@link matchBoxes}. */
export interface MatchingRule {
  /** A candidate is foreground, and matches the ground-truth box that it overlaps most, from this IoU on. */
  readonly foregroundIou: number;
  /** It is background below this one. */
  readonly backgroundIou: number;
  /**
   * Whether each ground-truth box also gets the candidates that overlap it most, whatever their IoU (ties included).
   */
  readonly lowQualityMatches: boolean;
}

/**
 * Assigns candidates (anchors or proposals) to ground-truth boxes.
 *
 * A candidate that lies in one of the ignored objects by half or more is not used as background.
 *
 * @param candidates `[N · 4]`
 * @returns `[N]`: for each candidate the index of its ground-truth box, `BACKGROUND` or `NO_EXAMPLE`
 */
export function matchBoxes(
  { boxes, ignored }: Pick<GroundTruthBoxes, 'boxes' | 'ignored'>,
  candidates: Boxes,
  rule: MatchingRule,
): Int32Array {
  const overlaps = bestOverlaps(boxes, candidates);
  const { best, bestObject } = overlaps;
  const matches = new Int32Array(best.length);
  for (let c = 0; c < best.length; c++) {
    if (best[c] >= rule.foregroundIou && boxes.length > 0) matches[c] = bestObject[c];
    else matches[c] = best[c] < rule.backgroundIou ? BACKGROUND : NO_EXAMPLE;
  }
  if (rule.lowQualityMatches) addLowQualityMatches(matches, overlaps);
  excludeIgnored(matches, candidates, ignored);
  return matches;
}

interface BestOverlaps {
  /** Largest IoU of each candidate. */
  readonly best: Float32Array;
  /** First ground-truth box that each candidate has it with. */
  readonly bestObject: Int32Array;
  /** Candidates with the largest IoU of each ground-truth box; none where it overlaps no candidate. */
  readonly bestCandidates: readonly (readonly number[])[];
}

function bestOverlaps(objects: Boxes, candidates: Boxes): BestOverlaps {
  const best = new Float32Array(candidates.length / 4);
  const bestObject = new Int32Array(candidates.length / 4);
  const bestOfObject = new Float32Array(objects.length / 4);
  const bestCandidates: number[][] = Array.from(bestOfObject, () => []);
  const areas = bestOfObject.map((_, o) => boxArea(objects, o));
  const grid = boxGrid(objects);
  const near = new Int32Array(bestOfObject.length);
  for (let c = 0; c < best.length; c++) {
    const area = boxArea(candidates, c);
    const count = grid.overlapping(candidates, c, near);
    for (let i = 0; i < count; i++) {
      const o = near[i];
      const iou = areaIou(intersectionArea(objects, o, candidates, c), areas[o], area);
      if (iou === 0) continue;
      if (iou > best[c] || (iou === best[c] && o < bestObject[c])) {
        best[c] = iou;
        bestObject[c] = o;
      }
      if (iou > bestOfObject[o]) {
        bestOfObject[o] = iou;
        bestCandidates[o] = [c];
      } else if (iou === bestOfObject[o]) {
        bestCandidates[o].push(c);
      }
    }
  }
  return { best, bestObject, bestCandidates };
}

/** Gives a candidate that is some object's best the object that it overlaps most itself, which may be another. */
function addLowQualityMatches(matches: Int32Array, { bestObject, bestCandidates }: BestOverlaps): void {
  for (const candidates of bestCandidates) {
    for (const c of candidates) matches[c] = bestObject[c];
  }
}

function excludeIgnored(matches: Int32Array, candidates: Boxes, ignored: Boxes): void {
  if (ignored.length === 0) return;
  const grid = boxGrid(ignored);
  const near = new Int32Array(ignored.length / 4);
  for (let c = 0; c < matches.length; c++) {
    if (matches[c] !== BACKGROUND) continue;
    const half = boxArea(candidates, c) / 2;
    // Of a box without an area, half lies anywhere.
    if (half <= 0) matches[c] = NO_EXAMPLE;
    const count = grid.overlapping(candidates, c, near);
    for (let i = 0; i < count; i++) {
      if (intersectionArea(ignored, near[i], candidates, c) >= half) matches[c] = NO_EXAMPLE;
    }
  }
}

/** Candidates that a loss looks at, as indices into the list of matches. */
interface BalancedSample {
  readonly foreground: Int32Array;
  readonly background: Int32Array;
}

/** Numbers of candidates that a {@link Sampler} chooses in one image. */
interface SampleSize {
  readonly batchSizePerImage: number;
  /** Largest share of foreground, 0 to 1. */
  readonly foregroundFraction: number;
}

/** Choice of the candidates that a loss looks at: how they are matched and how many are taken. */
export interface SamplingSettings extends Omit<MatchingRule, 'lowQualityMatches'>, SampleSize {}

/** Chooses among the matches of one image; see {@link randomSampler}. */
export type Sampler = (matches: Int32Array, size: SampleSize) => BalancedSample;

/**
 * Draws up to `batchSizePerImage · foregroundFraction` of the matched candidates at random and fills up with background
 * ones.
 */
export function randomSampler(random: RandomStream): Sampler {
  return (matches, { batchSizePerImage, foregroundFraction }) => {
    const indices = (wanted: (match: number) => boolean): Int32Array => {
      const result: number[] = [];
      for (let i = 0; i < matches.length; i++) if (wanted(matches[i])) result.push(i);
      return Int32Array.from(result);
    };
    const foreground = randomChoice(
      indices((match) => match >= 0),
      Math.floor(batchSizePerImage * foregroundFraction),
      random,
    );
    const background = randomChoice(
      indices((match) => match === BACKGROUND),
      batchSizePerImage - foreground.length,
      random,
    );
    return { foreground, background };
  };
}
