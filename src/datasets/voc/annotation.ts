import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** An `<object>` of an annotation file. */
export interface AnnotatedObject {
  /** Its class; `undefined` when the file doesn't say. */
  readonly name: string | undefined;
  readonly difficult: boolean;
}

const parser = new XMLParser({
  isArray: (tag) => tag === 'object',
  parseTagValue: false,
  processEntities: false,
});

/**
 * Reads the objects of a VOC annotation in the file's order, which is the order of the object masks' indices.
 *
 * @throws Error saying where when the text isn't XML or has no `<annotation>`.
 */
export function parseAnnotation(text: string): AnnotatedObject[] {
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    const { line, msg } = valid.err;
    // The validator answers with a list of the open elements.
    throw new Error(msg.startsWith("Invalid '[") ? 'it ends inside an element' : `line ${line}: ${msg}`);
  }
  const root: unknown = parser.parse(text);
  const annotation = child(root, 'annotation');
  if (annotation === undefined) throw new Error('it has no <annotation>');
  const objects = child(annotation, 'object');
  if (!Array.isArray(objects)) return [];
  return objects.map((object: unknown) => ({
    name: textOf(child(object, 'name')),
    difficult: textOf(child(object, 'difficult')) === '1',
  }));
}

function child(node: unknown, tag: string): unknown {
  return typeof node === 'object' && node !== null ? Reflect.get(node, tag) : undefined;
}

/** The text of an element; `undefined` when it is empty, has elements in it or occurs more than once. */
function textOf(node: unknown): string | undefined {
  return typeof node === 'string' && node !== '' ? node : undefined;
}
