import { BACKGROUND } from '../geometry/matching.js';
import { type RandomStream, randomChoice } from '../random.js';

/** The candidates that a loss looks at: indices into the list of matches. */
export interface BalancedSample {
  readonly positives: Int32Array;
  readonly negatives: Int32Array;
}

/** Chooses among the matches of one image; see {@link randomSampler}. */
export type Sampler = (
  matches: Int32Array,
  batchSizePerImage: number,
  foregroundFraction: number,
) => BalancedSample;

/**
 * Draws up to `batchSizePerImage · foregroundFraction` of the matched candidates at random and fills up with background ones.
 */
export function randomSampler(random: RandomStream): Sampler {
  return (matches, batchSizePerImage, foregroundFraction) => {
    const indices = (wanted: (match: number) => boolean): Int32Array => {
      const result: number[] = [];
      for (let i = 0; i < matches.length; i++) if (wanted(matches[i])) result.push(i);
      return Int32Array.from(result);
    };
    const positives = randomChoice(
      indices((match) => match >= 0),
      Math.floor(batchSizePerImage * foregroundFraction),
      random,
    );
    const negatives = randomChoice(
      indices((match) => match === BACKGROUND),
      batchSizePerImage - positives.length,
      random,
    );
    return { positives, negatives };
  };
}
