import { randomChoice, randomStream } from '../../random.js';

/**
 * The endless order in which training goes through a data set: shuffled anew for each epoch. The element at a position
 * depends on seed, count and position alone, so a run that resumes at a position goes on exactly as it would have.
 *
 * @param count the size of the data set, at least 1.
 * @returns a function from a position (0, 1, 2 …) to an index below `count`.
 */
export function trainingOrder(seed: number, count: number): (position: number) => number {
  const all = Int32Array.from({ length: count }, (_, i) => i);
  let epoch = -1;
  let order: Int32Array = all;
  return (position) => {
    const epochOfPosition = Math.floor(position / count);
    if (epochOfPosition !== epoch) {
      epoch = epochOfPosition;
      order = randomChoice(all, count, randomStream(seed, 'order', epoch));
    }
    return order[position - epoch * count];
  };
}
