import { UserError } from '../../errors.js';
import type { Box, CocoBox } from '../../geometry/boxes.js';
import { maskExtent, type RunLengthMask } from '../../geometry/run-length-mask.js';
import type { Finding, Report } from '../finding.js';
import { sizeMismatch } from '../images/size-mismatch.js';
import { readPhoto } from '../images/stored-image.js';
import type { ImageReader, ReadObject } from '../read-image.js';
import type { CocoRecord, RecordedAnnotation } from './record.js';
import { decodeSegmentation, polygonsExtent } from './segmentation.js';

/**
 * Reads an image of a COCO annotation file. Boxes are the annotated ones, or the masks' extents where there are none;
 * `iscrowd` marks regions of many objects.
 */
export const readCocoImage: ImageReader = async (id, record) => {
  if (!record) throw new Error(`${id}: an image of a COCO file can't be read without its annotations`);
  const { imageId, photo: photoFile, file } = record;
  const findings: Finding[] = [];
  const report: Report = (finding) => findings.push(finding);
  const missing = `${photoFile} is missing. Add the photograph, or take image ${imageId} out of ${file}.`;
  const photo = await readPhoto([photoFile], missing, report);
  const name = `${file}: image ${imageId} (${photoFile})`;
  const message = photo && sizeMismatch(`${file}: image ${imageId}`, record, photo);
  if (message !== undefined) report({ code: 'size-mismatch', file, object: imageId, message });
  const objects = record.annotations.map((annotation) => readObject(annotation, record, report));
  return { id, imageId, photo, file, name, stated: undefined, objects, findings };
};

function readObject(annotation: RecordedAnnotation, record: CocoRecord, report: Report): ReadObject {
  const { id, className, box, area, crowd, difficult, segmentation } = annotation;
  const { file, photo } = record;
  const name = `${file}: annotation ${id} (${className} in ${photo})`;
  let mask: RunLengthMask | undefined;
  if (segmentation === undefined) {
    const message = `${name} has no segmentation; draw its mask, or remove it`;
    report({ code: 'segmentation-missing', file, object: id, message });
  } else {
    try {
      mask = decodeSegmentation(segmentation, record.height, record.width);
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
    classInMask: undefined,
    box: annotatedBox ?? (mask && maskExtent(mask)),
    annotatedBox,
    area,
    mask,
    outline: mask && polygonsExtent(segmentation),
    difficult,
    crowd,
    listed: true,
    odd: [],
  };
}

function cornersOf([x, y, width, height]: CocoBox): Box {
  return [x, y, x + width, y + height];
}
