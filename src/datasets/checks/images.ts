import type { Finding } from '../finding.js';
import type { SplitName } from '../sample.js';
import type { ImageFacts } from './facts.js';
import type { ImageCheck } from './image-check.js';
import type { CheckedSplit } from './inspect.js';

/** Images that viewers show turned: whoever drew the masks may have seen them so. */
export const checkOrientation: ImageCheck = ({ image }) => {
  if (!image || image.orientation === 1) return [];
  const { file, orientation } = image;
  const message =
    `${file} has the EXIF orientation ${orientation}, so viewers show it turned, but masks belong to the pixels as they ` +
    'are stored. See with atto view whether they fit; to be safe, store the photograph upright.';
  return [{ code: 'exif-orientation', file, message }];
};

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
