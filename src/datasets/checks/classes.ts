import { suggestClass } from '../classes.js';
import type { Finding } from '../finding.js';
import type { CheckedSplit } from './inspect.js';
import { countClasses } from './summary.js';

/** Classes that the list of one split has and that of the other lacks, in formats where each has its own. */
export function checkClassLists(splits: readonly CheckedSplit[]): Finding[] {
  return splits.flatMap(({ dataset }, i) => {
    const other = splits[1 - i]?.dataset;
    if (!other) return [];
    const file = other.source;
    return dataset.names
      .filter((name) => !other.names.includes(name))
      .map((name): Finding => {
        const message = `${file} has no category "${name}", which ${dataset.source} has; ${suggestClass(name, other.names)}`;
        return { code: 'class-lists-differ', file, object: name, message };
      });
  });
}

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
