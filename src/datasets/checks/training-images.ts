import { randomChoice, randomStream } from '../../random.js';
import { aboutCrowds, listed } from '../classes.js';
import { commonSettings } from '../dataset-format.js';
import type { FindingCode } from '../finding.js';
import { isLeftOut } from '../left-out.js';
import type { ImageFacts, ObjectFacts } from './facts.js';
import type { CheckedSplit } from './inspect.js';

/** Images of a split that training takes, and those that it leaves out although they can be read. */
interface TrainingImages {
  /** In the split's order. */
  readonly taken: readonly ImageFacts[];
  /** Images among them without a single object: all of them is background. */
  readonly empty: readonly ImageFacts[];
  /** Images without a single object that are more than `data.emptyImages` allows. */
  readonly surplus: number;
  /** Images whose objects have neither a usable mask nor a box: nobody can say where background is. */
  readonly unplaced: readonly ImageFacts[];
}

/**
 * Chooses the images that training takes, by what was read of them.
 *
 * @param seed decides which of the images without objects are taken; their number doesn't depend on it
 */
export function trainingImages({ dataset, images }: CheckedSplit, seed: number): TrainingImages {
  const readable = images.filter((image) => !isLeftOut(image));
  const unplaced = readable.filter(isUnplaced);
  const usable = readable.filter((image) => !isUnplaced(image));
  const empty = [...usable.keys()].filter((i) => usable[i].objects.length === 0);
  const { emptyImages } = commonSettings(dataset.data);
  const withObjects = usable.length - empty.length;
  // Rounding mustn't take an image from a share that allows it.
  const most =
    emptyImages === 1 ? empty.length : Math.floor((withObjects * emptyImages) / (1 - emptyImages) + 1e-9);
  const surplus = Math.max(empty.length - most, 0);
  const left = new Set(randomChoice(Int32Array.from(empty), surplus, randomStream(seed, 'empty images', 0)));
  const taken = usable.filter((_, i) => !left.has(i));
  return { taken, empty: taken.filter(({ objects }) => objects.length === 0), surplus, unplaced };
}

function isUnplaced(image: ImageFacts): boolean {
  const { objects } = image;
  if (objects.length === 0) return countFindings([image], 'object-left-out') > 0;
  return objects.every(({ mask, annotatedBox }) => !(mask && mask.area > 0) && !annotatedBox);
}

/**
 * Orientation that the sizes in a run's data agree on: `stored` where they say so of some images, and the contrary of
 * none; undefined where they don't. What is trained on such data has to see other images in the same way.
 */
export function settledOrientation(splits: readonly CheckedSplit[]): 'stored' | undefined {
  const images = splits.flatMap((split) => split.images.flatMap(({ image }) => image ?? []));
  const told = images.filter(({ orientation, assumed }) => orientation > 1 && !assumed);
  return told.length > 0 && told.every(({ turned }) => !turned) ? 'stored' : undefined;
}

/**
 * Sentences, with their numbers, about all that is left out of a split or taken for something else than it says.
 *
 * @param seed of the run
 */
export function leftOutNotices(split: CheckedSplit, seed: number): string[] {
  const { name, dataset, images } = split;
  const { source, classes, data } = dataset;
  const { emptyImages } = commonSettings(data);
  const objects = images.flatMap((image) => image.objects);
  const isTrained = ({ className = '' }: ObjectFacts): boolean => classes.includes(className);
  const notice = (count: number, what: string, more = '.'): string[] =>
    count > 0 ? [`${source}: ${what}: ${count}${more}`] : [];
  const named = (some: readonly ImageFacts[]): string =>
    ` of ${images.length} (${listed(some.map(({ id }) => id))}).`;

  const unreadable = images.filter(isLeftOut);
  const unmasked = images.flatMap(({ objects: own, findings }) =>
    own.filter(({ mask, key }) => !mask && !findings.some(({ object }) => object === key)),
  );
  const crowds = objects.filter((object) => object.crowd && isTrained(object)).length;
  const stored = images.flatMap(({ image }) => (image && image.orientation > 1 ? image : []));
  const turned = stored.filter((image) => image.turned).length;
  const notices = [
    ...notice(turned, 'images turned as their EXIF orientation says', ` of ${images.length}.`),
    ...notice(
      stored.length - turned,
      'images whose EXIF orientation is left aside, for their annotations refer to the stored pixels',
      ` of ${images.length}.`,
    ),
    ...notice(unreadable.length, "images that can't be read, left out", named(unreadable)),
    ...notice(countFindings(images, 'object-left-out'), 'objects without a usable mask, left out'),
    ...notice(unmasked.length, 'objects annotated without a mask, left out'),
    ...notice(
      countFindings(images, 'polygon-left-out'),
      'objects with polygons that have no area, of which these are left out',
    ),
    ...notice(
      countFindings(images, 'crowd-as-object'),
      'objects flagged as crowds, taken as objects (data.crowds=objects)',
    ),
    ...notice(
      objects.filter((object) => !isTrained(object)).length,
      "objects of classes that data.classes doesn't name, ignored",
    ),
    ...(crowds > 0 ? [aboutCrowds(source, crowds, objects.filter(isTrained).length)] : []),
  ];
  if (name !== 'train') return notices;
  const { empty, surplus, unplaced } = trainingImages(split, seed);
  const withoutPixel = objects.filter(({ mask }) => mask?.area === 0).length;
  return [
    ...notices,
    ...notice(withoutPixel, 'objects without a pixel, left out'),
    ...notice(unplaced.length, 'images whose objects have neither mask nor box, left out', named(unplaced)),
    ...notice(
      empty.length,
      'images without objects, taken as background',
      `${named(empty)} data.emptyImages limits their share.`,
    ),
    ...notice(surplus, 'images without objects, left out', `, for data.emptyImages is ${emptyImages}.`),
  ];
}

function countFindings(images: readonly ImageFacts[], code: FindingCode): number {
  return images.flatMap(({ findings }) => findings).filter((finding) => finding.code === code).length;
}
