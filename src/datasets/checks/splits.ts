import { aboutCrowds, crowdsOf, nothingToLearn, suggestClass } from '../classes.js';
import type { Finding } from '../finding.js';
import type { SplitName } from '../sample.js';
import type { ImageFacts, ObjectFacts } from './facts.js';
import type { CheckedSplit } from './inspect.js';
import { countClasses } from './summary.js';

/** Images that are there twice, in one split or in both: what was trained on must not be measured on. */
export function checkRepeatedImages(splits: readonly CheckedSplit[]): Finding[] {
  const [first, second] = splits;
  if (first && second && first.dataset.source === second.dataset.source) {
    const file = first.dataset.source;
    const message = `data.train and data.val are both ${file}: there are no images that training hasn't seen.`;
    return [{ code: 'image-in-two-splits', file, message }];
  }
  const seen = new Map<string, Place>();
  return splits.flatMap(({ name, images }) =>
    images.flatMap((image) => {
      const place = { split: name, image };
      const key = image.image?.fingerprint ?? image.name;
      const before = seen.get(key);
      seen.set(key, before ?? place);
      return before ? [repetition(place, before)] : [];
    }),
  );
}

interface Place {
  readonly split: SplitName;
  readonly image: ImageFacts;
}

function repetition(place: Place, before: Place): Finding {
  const file = place.image.image?.file ?? place.image.file;
  const other = before.image.image?.file ?? before.image.file;
  const what =
    file === other
      ? `${file} is in ${before.split}`
      : `${file} has the same pixels as ${other} in ${before.split}`;
  return place.split === before.split
    ? { code: 'duplicate-image', file, message: `${what}, too. Take one of the two out.` }
    : {
        code: 'image-in-two-splits',
        file,
        message: `${what} and in ${place.split}. Take it out of one of them.`,
      };
}

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

/** Name of an object where names are counted. */
function nameOf({ className = '', crowd, mask }: ObjectFacts): string {
  if (crowd) return crowdsOf(className);
  return mask && mask.area > 0 ? className : `${className} without a mask`;
}

/** Objects that are flagged as crowds, which may be single ones. */
export function checkCrowds(splits: readonly CheckedSplit[]): Finding[] {
  return splits.flatMap(({ dataset: { source: file, classes }, images }) => {
    const objects = images.flatMap((image) => image.objects);
    const trained = objects.filter(({ className = '' }) => classes.includes(className));
    const crowds = trained.filter(({ crowd }) => crowd).length;
    if (crowds === 0) return [];
    return [{ code: 'crowds-ignored', file, message: aboutCrowds(file, crowds, trained.length) }];
  });
}

/** Least number of examples that teach much. */
const leastExamples = 10;

/** Splits without anything to learn, and classes with hardly any examples to learn from, or none to measure on. */
export function checkExamples(splits: readonly CheckedSplit[]): Finding[] {
  return splits.flatMap((split): Finding[] => {
    const { source: file, classes } = split.dataset;
    const least = split.name === 'train' ? leastExamples : 1;
    const counts = countClasses(split);
    if (split.name === 'train' && counts.every(({ examples }) => examples === 0)) {
      const names = split.images.map(({ objects }) => objects.map(nameOf));
      return [{ code: 'nothing-to-learn', file, message: nothingToLearn(file, classes, names) }];
    }
    return counts
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
