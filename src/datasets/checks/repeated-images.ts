import type { Finding } from '../finding.js';
import type { ImageFacts } from './facts.js';
import type { CheckedSplit, SplitName } from './split.js';

/** Photographs that are there twice, in one split or in both: what was trained on must not be measured on. */
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
      const key = image.photo?.fingerprint ?? image.name;
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
  const file = place.image.photo?.file ?? place.image.file;
  const other = before.image.photo?.file ?? before.image.file;
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
