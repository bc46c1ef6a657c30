import { suggestClass } from '../classes.js';
import type { Finding } from '../finding.js';
import type { CheckedSplit } from './split.js';

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
