import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Box } from '../../geometry/boxes.js';
import type { ImageSize } from '../../geometry/image-size.js';
import { foreignXml } from '../annotation-tools.js';

/** Contents of an annotation file. */
export interface VocAnnotation {
  /** Of the image; undefined when the file doesn't say, or says 0. */
  readonly size: ImageSize | undefined;
  /** In the file's order, which is the order of the object masks' indices. */
  readonly objects: readonly AnnotatedObject[];
}

/** An `<object>` of an annotation file. */
export interface AnnotatedObject {
  /** Its class; `undefined` when the file doesn't say. */
  readonly name: string | undefined;
  readonly difficult: boolean;
  /** In pixels from 0, the ends exclusive; `undefined` when the file gives none, or no numbers. */
  readonly box: Box | undefined;
  /** Values that VOC's format doesn't know, such as `difficult "yes"`. */
  readonly odd: readonly string[];
}

const parser = new XMLParser({
  isArray: (tag) => tag === 'object',
  parseTagValue: false,
  processEntities: false,
});

/**
 * Reads a VOC annotation.
 *
 * @throws Error saying where when the text isn't XML or has no `<annotation>`.
 */
export function parseAnnotation(text: string): VocAnnotation {
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    const { line, msg } = valid.err;
    // The validator answers with a list of the open elements.
    throw new Error(msg.startsWith("Invalid '[") ? 'it ends inside an element' : `line ${line}: ${msg}`);
  }
  const root: unknown = parser.parse(
    text.replace(/<!\[CDATA\[(.*?)\]\]>/gs, (_, raw: string) => escaped(raw)),
  );
  const annotation = child(root, 'annotation');
  if (annotation === undefined) {
    const known = foreignXml(text);
    throw new Error(known === undefined ? 'it has no <annotation>' : `it ${known}`);
  }
  const objects = child(annotation, 'object');
  return {
    size: sizeOf(child(annotation, 'size')),
    objects: Array.isArray(objects) ? objects.map(parseObject) : [],
  };
}

const flags = ['difficult', 'truncated', 'occluded'];
const edges = ['xmin', 'ymin', 'xmax', 'ymax'];

function parseObject(object: unknown): AnnotatedObject {
  const oddFlags = flags.flatMap((flag) => {
    const value = textOf(child(object, flag));
    return value === undefined || value === '0' || value === '1' ? [] : [`${flag} "${value}"`];
  });
  const bounds = child(object, 'bndbox');
  const [left, top, right, bottom] = edges.map((edge) => Number(textOf(child(bounds, edge)) ?? Number.NaN));
  const readable = [left, top, right, bottom].every(Number.isFinite);
  return {
    name: textOf(child(object, 'name')),
    difficult: textOf(child(object, 'difficult')) === '1',
    // VOC counts pixels from 1 and includes the last one.
    box: readable ? [left - 1, top - 1, right, bottom] : undefined,
    odd: bounds === undefined || readable ? oddFlags : [...oddFlags, 'a bndbox that lacks numbers'],
  };
}

function sizeOf(size: unknown): ImageSize | undefined {
  const [width, height] = ['width', 'height'].map((side) => Number(textOf(child(size, side)) ?? 0));
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function child(node: unknown, tag: string): unknown {
  return typeof node === 'object' && node !== null ? Reflect.get(node, tag) : undefined;
}

/** The text of an element; `undefined` when it is empty, has elements in it or occurs more than once. */
function textOf(node: unknown): string | undefined {
  return typeof node === 'string' && node !== '' ? node.replace(reference, meaningOf) : undefined;
}

/** References to characters, and to XML's own entities; those that a file defines itself stay as they are. */
const reference = /&(?:#(\d+)|#x([\da-f]+)|(lt|gt|amp|quot|apos));/gi;
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function meaningOf(text: string, decimal?: string, hexadecimal?: string, entity?: string): string {
  if (entity !== undefined) return entities[entity] ?? text;
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
  return code <= 0x10ffff ? String.fromCodePoint(code) : text;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
