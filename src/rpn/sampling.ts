import { BACKGROUND } from '../geometry/matching.js';
import { type RandomStream, randomChoice } from '../random.js';

/** The candidates that a loss looks at: indices into the list of matches. */
export interface BalancedSample {
  readonly positives: Int32Array;
  readonly negatives: Int32Array;
}

/** Chooses among the matches of one image; see {@link randomSampler}. */
export type Sampler = (matches: Int32Array, batchSize: number, positiveFraction: number) => BalancedSample;

/**
 * Draws up to `batchSize · positiveFraction` of the matched candidates at random and fills up with background ones.
 */
export function randomSampler(random: RandomStream): Sampler {
  return (matches, batchSize, positiveFraction) => {
    const indices = (wanted: (match: number) => boolean): Int32Array => {
      const result: number[] = [];
      for (let i = 0; i < matches.length; i++) if (wanted(matches[i])) result.push(i);
      return Int32Array.from(result);
    };
    const positives = randomChoice(
      indices((match) => match >= 0),
      Math.floor(batchSize * positiveFraction),
      random,
    );
    const negatives = randomChoice(
      indices((match) => match === BACKGROUND),
      batchSize - positives.length,
      random,
    );
    return { positives, negatives };
  };
}
