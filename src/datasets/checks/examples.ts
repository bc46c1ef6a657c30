import type { Finding } from '../finding.js';
import type { CheckedSplit } from './split.js';
import { countClasses } from './summary.js';

/** Fewer examples than this teach little. */
const leastExamples = 10;

/** Classes with hardly any examples to learn from, or none to measure on. */
export function checkExamples(splits: readonly CheckedSplit[]): Finding[] {
  return splits.flatMap((split) => {
    const file = split.dataset.source;
    const least = split.name === 'train' ? leastExamples : 1;
    return countClasses(split)
      .filter(({ examples }) => examples < least)
      .map(({ name, examples }): Finding => {
        const number =
          examples === 0 ? 'no examples' : examples === 1 ? 'only 1 example' : `only ${examples} examples`;
        const remedy =
          split.name === 'train'
            ? 'Add some, or leave the class out of data.classes.'
            : 'Its average precision will be undefined.';
        return {
          code: 'few-examples',
          file,
          object: name,
          message: `${file} has ${number} of ${name}. ${remedy}`,
        };
      });
  });
}
