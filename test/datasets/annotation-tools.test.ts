import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { parseGroundTruth } from '../../src/datasets/coco/ground-truth.js';
import { readJsonFile } from '../../src/datasets/json-file.js';
import { readLabelmeFile } from '../../src/datasets/labelme/annotation.js';
import { parseAnnotation } from '../../src/datasets/voc/annotation.js';
import { decodeIndexImage } from '../../src/datasets/voc/index-image.js';
import { UserError } from '../../src/errors.js';
import { tempFolder } from '../support/temp-folder.js';

const region = { shape_attributes: { name: 'polygon', all_points_x: [1, 5, 5], all_points_y: [1, 1, 5] } };
const viaImage = { filename: 'a.jpg', size: 1234, regions: [region], file_attributes: {} };
const labelme = { version: '5.4.1', flags: {}, shapes: [], imagePath: 'a.jpg', imageData: null };
const coco = { images: [], annotations: [], categories: [] };
const task = { id: 1, annotations: [{ result: [] }], data: { image: '/data/upload/a.jpg' } };

type Foreign = readonly [name: string, content: unknown, message: RegExp];
const files: readonly Foreign[] = [
  [
    "VIA's annotations",
    { 'a.jpg1234': viaImage },
    /holds annotations of VIA .*Export Annotations \(COCO format\).*data\.format=coco/,
  ],
  [
    "a project of VIA's",
    { _via_settings: {}, _via_img_metadata: { 'a.jpg1234': viaImage } },
    /is a project of VIA/,
  ],
  ["Label Studio's tasks", [task], /is an export of Label Studio\. Export it as COCO/],
  [
    "Label Studio's short tasks",
    [{ id: 1, image: 'a.jpg', annotator: 1, annotation_id: 1 }],
    /of Label Studio/,
  ],
  [
    'detections',
    [{ image_id: 1, category_id: 1, score: 0.5 }],
    /a list of detections .*atto score takes it as --detections/,
  ],
];

describe('JSON of other tools where a COCO file should be', () => {
  it.each<Foreign>([
    ...files,
    ["labelme's file", labelme, /is a file of labelme\. Set data\.format=labelme/],
  ])('%s is named, with what to do', (_, content, message) => {
    const reading = () => parseGroundTruth(content, 'train.json');
    expect(reading).toThrow(UserError);
    expect(reading).toThrow(message);
    expect(reading).toThrow(/^train\.json (is|holds) /);
  });

  it('what nobody is known by is refused as before', () => {
    expect(() => parseGroundTruth([1, 2], 'train.json')).toThrow(/isn't a COCO annotation file/);
    expect(() => parseGroundTruth({ shapes: 1 }, 'train.json')).toThrow(/has no list "categories"/);
    expect(parseGroundTruth(coco, 'train.json').images).toEqual([]);
  });
});

it.each<Foreign>([...files, ['a COCO file', coco, /is a COCO annotation file\. Set data\.format=coco/]])(
  'labelme: %s is named, with what to do',
  async (_, content, message) => {
    const file = path.join(tempFolder(), 'a.json');
    await writeFile(file, JSON.stringify(content));
    await expect(readLabelmeFile(file)).rejects.toThrow(message);
  },
);

describe("CVAT's exports", () => {
  const xml =
    '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n</annotations>\n';

  it('its XML is named where JSON or an annotation of VOC should be', async () => {
    const file = path.join(tempFolder(), 'annotations.xml');
    await writeFile(file, xml);
    await expect(readJsonFile(file)).rejects.toThrow(
      /annotations\.xml is an XML file of CVAT\. Export it as COCO \("COCO 1\.0"/,
    );
    expect(() => parseAnnotation(xml)).toThrow(/it is an XML file of CVAT\. Export it as COCO/);
  });

  it('XML of VOC is named where JSON should be', async () => {
    const file = path.join(tempFolder(), 'a.xml');
    await writeFile(file, '<annotation><object><name>cat</name></object></annotation>');
    await expect(readJsonFile(file)).rejects.toThrow(/in the XML of VOC\. Set data\.format=voc/);
  });

  it("masks in the labels' own colors are named", () => {
    const mask = encode({ width: 1, height: 1, channels: 3, data: Uint8Array.of(250, 50, 83) });
    expect(() => decodeIndexImage(mask)).toThrow(
      /\(250, 50, 83\) at x 0, y 0 isn't one of VOC's; it may be a label's own, as in masks that CVAT exports .*COCO 1\.0/,
    );
  });
});
