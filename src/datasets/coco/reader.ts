import { UserError } from '../../errors.js';
import type { Box, CocoBox } from '../../geometry/boxes.js';
import type { ImageSize } from '../../geometry/image-size.js';
import { maskExtent, type RunLengthMask } from '../../geometry/run-length-mask.js';
import type { CommonSettings } from '../dataset-format.js';
import type { Finding, Report } from '../finding.js';
import { readStoredImage, sizeMismatch } from '../images/stored-image.js';
import type { ImageReader, ReadImage, ReadObject } from '../read-image.js';
import type { CocoId } from './fields.js';
import type { CocoAnnotation } from './ground-truth.js';
import { decodeSegmentation, polygonsExtent, polygonsOf } from './segmentation.js';

/** Contents of a COCO annotation file about an image: enough to read it, in any thread. */
export interface CocoRecord {
  /** In the file. */
  readonly imageId: CocoId;
  readonly image: string;
  /** Sentence about what lies in the folder instead of images that aren't found; undefined where all are. */
  readonly instead: string | undefined;
  /** As the file states it; undefined where it doesn't. */
  readonly size: ImageSize | undefined;
  /** The annotation file, for messages. */
  readonly file: string;
  readonly annotations: readonly RecordedAnnotation[];
}

/** An annotation with its class by name, since the numbers mean nothing outside of the file. */
export interface RecordedAnnotation extends Omit<CocoAnnotation, 'label'> {
  readonly className: string;
}

/**
 * Reads an image of a COCO annotation file. Boxes are the annotated ones, or the masks' extents where there are none;
 * `iscrowd` marks regions of many objects.
 */
export function cocoReader(setting: CommonSettings['orientation']): ImageReader<CocoRecord, undefined> {
  return { read: (id, record) => readCocoImage(id, record, setting) };
}

async function readCocoImage(
  id: string,
  record: CocoRecord | undefined,
  setting: CommonSettings['orientation'],
): Promise<ReadImage<undefined>> {
  if (!record) throw new Error(`${id}: an image of a COCO file can't be read without its annotations`);
  const { imageId, image: imageFile, file, size: stated } = record;
  const findings: Finding[] = [];
  const report: Report = (finding) => findings.push(finding);
  const instead = record.instead === undefined ? '' : `${record.instead} `;
  const missing = `${imageFile} is missing. ${instead}Add the image, or take image ${imageId} out of ${file}.`;
  const image = await readStoredImage([imageFile], missing, { setting, stated }, report);
  const name = `${file}: image ${imageId} (${imageFile})`;
  const message = image && stated && sizeMismatch(`${file}: image ${imageId}`, stated, image);
  if (message !== undefined) report({ code: 'size-mismatch', file, object: imageId, message });
  const size = stated ?? image?.pixels;
  // Without a size nothing is known of the masks.
  const objects = size
    ? record.annotations.map((annotation) => readObject(annotation, record, size, report))
    : [];
  return { id, imageId, image, file, name, objects, findings, own: undefined };
}

function readObject(
  annotation: RecordedAnnotation,
  { file, image }: CocoRecord,
  { height, width }: ImageSize,
  report: Report,
): ReadObject {
  const { id, className, box, area, crowd, difficult, segmentation } = annotation;
  const name = `${file}: annotation ${id} (${className} in ${image})`;
  let mask: RunLengthMask | undefined;
  let outline: Box | undefined;
  if (segmentation === undefined) {
    const message = `${name} has no segmentation; draw its mask, or remove it`;
    report({ code: 'segmentation-missing', file, object: id, message });
  } else {
    try {
      mask = decodeSegmentation(segmentation, height, width);
      const polygons = polygonsOf(segmentation);
      outline = polygons && polygonsExtent(polygons);
      if (polygons && polygons.slivers > 0) {
        const count = polygons.slivers === 1 ? 'a polygon' : `${polygons.slivers} polygons`;
        const message = `${name} has ${count} of fewer than three points beside others: left out, since nothing is inside.`;
        report({ code: 'polygon-left-out', file, object: id, message });
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      report({ code: 'segmentation-invalid', file, object: id, message: `${name}: ${error.message}` });
    }
  }
  const annotatedBox = box && cornersOf(box);
  return {
    name,
    file,
    key: id,
    className,
    box: annotatedBox ?? (mask && maskExtent(mask)),
    annotatedBox,
    area,
    mask,
    outline,
    difficult,
    crowd,
    listed: true,
  };
}

function cornersOf([x, y, width, height]: CocoBox): Box {
  return [x, y, x + width, y + height];
}
