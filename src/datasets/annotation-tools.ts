const exportAsCoco = (how: string): string => `Export it as COCO (${how}), and set data.format=coco.`;

const exportFromVia = exportAsCoco('in its menu: Annotation, Export Annotations (COCO format)');

/** JSON files that tools write, which another format reads, or none. */
const tools: readonly { readonly isIts: (content: unknown) => boolean; readonly message: string }[] = [
  {
    isIts: (content) => has(content, ['shapes', 'imagePath']),
    message:
      'is a file of labelme. Set data.format=labelme and data.root to the folder above those of its files.',
  },
  {
    isIts: (content) => has(content, ['_via_img_metadata']),
    message: `is a project of VIA (VGG Image Annotator). ${exportFromVia}`,
  },
  {
    isIts: (content) => has(firstOf(content), ['filename', 'regions']),
    message: `holds annotations of VIA (VGG Image Annotator). ${exportFromVia}`,
  },
  {
    isIts: (content) => {
      const task = firstOf(content);
      return (
        has(task, ['annotations', 'data']) ||
        has(task, ['completions', 'data']) ||
        has(task, ['annotation_id', 'annotator'])
      );
    },
    message: `is an export of Label Studio. ${exportAsCoco('Export, COCO')}`,
  },
  {
    isIts: (content) => has(content, ['images', 'annotations', 'categories']),
    message: 'is a COCO annotation file. Set data.format=coco.',
  },
  {
    isIts: (content) => has(firstOf(content), ['image_id', 'category_id', 'score']),
    message:
      "is a list of detections in COCO's results format, and no annotation file. atto score takes it as --detections.",
  },
];

/** Sentences about JSON that another tool wrote, without the file's name; undefined where no tool is known by it. */
export function foreignJson(content: unknown): string | undefined {
  return tools.find(({ isIts }) => isIts(content))?.message;
}

/** Sentences about XML that stands where something else should, without the file's name; undefined where it is none. */
export function foreignXml(text: string): string | undefined {
  const root = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(annotations?)\b/.exec(text)?.[1];
  if (root === 'annotations')
    return `is an XML file of CVAT. ${exportAsCoco('"COCO 1.0" in its list of formats')}`;
  if (root === 'annotation') return 'is an annotation of one image in the XML of VOC. Set data.format=voc.';
  return undefined;
}

/** Advice about a mask with a color that isn't VOC's, as the end of a sentence. */
export const labelColors =
  "it may be a label's own, as in masks that CVAT exports (beside a labelmap.txt), and doesn't tell objects apart: export " +
  'them as "COCO 1.0", and set data.format=coco';

function has(value: unknown, keys: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && keys.every((key) => key in value);
}

/** The first entry of a list or an object. */
function firstOf(content: unknown): unknown {
  return typeof content === 'object' && content !== null ? Object.values(content)[0] : undefined;
}
