import { UserError } from '../errors.js';
import { maskFromCounts, type RunLengthMask } from './run-length-mask.js';

/*
 * COCO's compressed counts. From the fourth on, a count is written as its difference from the one two places before
 * it, which has the same color and often nearly the same length. A number becomes groups of five bits, lowest
 * first; bit 5 of a group says that another follows, bit 4 of the last one is the sign. A group is the character 48
 * places above it.
 */
const firstCharacter = 48;
const continued = 0x20;
const negative = 0x10;
const digit = 0x1f;

/** Writes the counts of a mask as COCO's compressed string. */
export function compressCounts(counts: Uint32Array): string {
  let text = '';
  for (let i = 0; i < counts.length; i++) {
    let value = i > 2 ? counts[i] - counts[i - 2] : counts[i];
    for (let more = true; more; ) {
      // Division instead of shifts: a run may have more than 2³¹ pixels.
      const group = value - Math.floor(value / 32) * 32;
      value = Math.floor(value / 32);
      more = group & negative ? value !== -1 : value !== 0;
      text += String.fromCharCode((more ? group | continued : group) + firstCharacter);
    }
  }
  return text;
}

/**
 * Reads a mask from COCO's compressed string.
 *
 * @throws UserError for a character that doesn't belong, for a string that is cut off, and for counts that don't add
 * up to `height * width`
 */
export function decompressMask(text: string, height: number, width: number): RunLengthMask {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const group = text.charCodeAt(i) - firstCharacter;
    if (group < 0 || group > 0x3f) {
      throw new UserError(
        `character ${i} of the compressed mask is ${JSON.stringify(text[i])}, which COCO's encoding doesn't use`,
      );
    }
    if (group < continued) length++;
  }
  if (text.length > 0 && text.charCodeAt(text.length - 1) - firstCharacter >= continued) {
    throw new UserError('the compressed mask is cut off in the middle of a run');
  }
  const counts = new Uint32Array(length);
  let position = 0;
  let total = 0;
  let plain = length > 0;
  for (let i = 0; i < length; i++) {
    let value = 0;
    let scale = 1;
    let group: number;
    do {
      group = text.charCodeAt(position++) - firstCharacter;
      value += (group & digit) * scale;
      scale *= 32;
    } while (group >= continued);
    if (group & negative) value -= scale;
    if (i > 2) value += counts[i - 2];
    if (value < 0) throw new UserError(`run ${i} of the compressed mask has the length ${value}`);
    counts[i] = value;
    total += value;
    if (value === 0 && i > 0) plain = false;
  }
  return plain && total === height * width
    ? { height, width, counts }
    : maskFromCounts(counts, height, width);
}
