import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Stream of pseudo-random numbers. */
export interface RandomStream {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform among the integers from 0 to `below` − 1. */
  integer(below: number): number;
}

/** 32-bit FNV-1a hash of a text. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * Random stream of one use at one moment, such as `randomStream(seed, 'sampling', step)`. A stream doesn't depend on
 * earlier ones, so a run that resumes at a step draws the numbers of an uninterrupted run: seed and step are the whole
 * state of every generator.
 */
export function randomStream(seed: number, use: string, ...position: readonly number[]): RandomStream {
  const generator = xoroshiro128plus(hashText(`${seed}/${use}/${position.join('/')}`) | 0);
  // The generator's first numbers still show its seed.
  for (let i = 0; i < 8; i++) generator.next();
  return {
    uniform: () => uniformFloat64(generator),
    integer: (below) => uniformInt(generator, 0, below - 1),
  };
}

/** First `count` elements of `items` in a random order (Fisher–Yates). `items` stays as it is. */
export function randomChoice(items: Int32Array, count: number, random: RandomStream): Int32Array {
  const shuffled = items.slice();
  const taken = Math.min(count, shuffled.length);
  for (let i = 0; i < taken; i++) {
    const j = i + random.integer(shuffled.length - i);
    const chosen = shuffled[j];
    shuffled[j] = shuffled[i];
    shuffled[i] = chosen;
  }
  return shuffled.subarray(0, taken);
}
