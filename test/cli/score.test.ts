import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { encode } from 'fast-png';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerScore } from '../../src/cli/commands/score.js';
import { UserError } from '../../src/errors.js';

const folder = mkdtempSync(path.join(tmpdir(), 'atto-score-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): string {
  const file = path.join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const square = (x: number, y: number, side: number) => [x, y, x + side, y, x + side, y + side, x, y + side];
const truth = {
  images: [
    { id: 1, file_name: 'one.jpg', height: 50, width: 60 },
    { id: 2, file_name: 'two.jpg', height: 50, width: 60 },
  ],
  categories: [
    { id: 1, name: 'cat' },
    { id: 2, name: 'dog' },
  ],
  annotations: [
    { id: 1, image_id: 1, category_id: 1, iscrowd: 0, bbox: [0, 0, 10, 10], area: 100 },
    { id: 2, image_id: 1, category_id: 1, iscrowd: 0, bbox: [20, 0, 10, 10], area: 100 },
    { id: 3, image_id: 2, category_id: 2, iscrowd: 0, bbox: [5, 5, 20, 20], area: 400 },
  ],
};
const masked = truth.annotations.map((each) => ({
  ...each,
  segmentation: [square(each.bbox[0], each.bbox[1], each.bbox[2])],
}));
const withMasks = { ...truth, annotations: masked };
const detections = [
  { image_id: 1, category_id: 1, bbox: [0, 0, 10, 10], score: 0.9, segmentation: [square(0, 0, 10)] },
  { image_id: 1, category_id: 1, bbox: [40, 0, 10, 10], score: 0.8, segmentation: [square(40, 0, 10)] },
  { image_id: 1, category_id: 1, bbox: [20, 0, 10, 10], score: 0.7, segmentation: [square(22, 0, 6)] },
];
const boxesOnly = detections.map(({ segmentation, ...rest }) => rest);

let output = '';
let messages = '';
beforeEach(() => {
  output = '';
  messages = '';
  vi.spyOn(console, 'log').mockImplementation((text) => {
    output += `${text}\n`;
  });
  vi.spyOn(console, 'error').mockImplementation((text) => {
    messages += `${text}\n`;
  });
});

async function score(groundTruth: unknown, results: unknown, ...more: string[]) {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  registerScore(program);
  const files = [write('truth.json', groundTruth), write('results.json', results)];
  await program.parseAsync(['score', '--ground-truth', files[0], '--detections', files[1], ...more], {
    from: 'user',
  });
}

describe('atto score', () => {
  it('prints every figure as JSON on standard output, and nothing else', async () => {
    await score(withMasks, detections, '--json');
    const figures = JSON.parse(output);
    expect(Object.keys(figures)).toEqual(['coco', 'voc']);
    const cats = 1 / 2 + (1 / 2) * (2 / 3);
    expect(figures.voc.box.perClass.cat.AP50).toBeCloseTo(cats, 15);
    expect(figures.voc.box.perClass.dog.AP50).toBe(0);
    expect(figures.voc.box.AP50).toBeCloseTo(cats / 2, 15);
    // The second mask covers 36 of 100 pixels.
    expect(figures.voc.mask.perClass.cat.AP50).toBe(1 / 2);
    expect(figures.voc.mask.AP_r_vol).toBeCloseTo(((3 * cats) / 2 + (6 * 0.5) / 2) / 9, 15);
    expect(Object.keys(figures.coco.mask)).toEqual(
      expect.arrayContaining('AP AP50 AP75 APs APm APl AR1 AR10 AR100 ARs ARm ARl'.split(' ')),
    );
    expect(figures.coco.box.APm).toBeNull();
    expect(messages).not.toContain('atto:');
  });

  it('prints tables for people', async () => {
    await score(withMasks, detections);
    expect(output).toMatch(/cat +│ +2 +│ +3 +│ +83\.3 +│ +50\.0/);
    expect(output).toMatch(/total, mean +│ +3 +│ +3 +│ +41\.7 +│ +25\.0/);
    expect(output).toMatch(/medium, up to 96² +│ +– +│ +–/);
  });

  it('scores boxes alone where there are no masks', async () => {
    await score(withMasks, boxesOnly, '--json');
    expect(JSON.parse(output)).toMatchObject({ coco: { mask: null }, voc: { mask: null } });
    expect(messages).toContain('results.json has no masks, so only boxes are scored');
    await score(truth, detections);
    expect(messages).toContain('truth.json has no masks, so only boxes are scored');
    expect(output).toMatch(/cat .* 83\.3 +│ +– /);
  });

  it('scores boxes alone where only some objects have masks, and says which has none', async () => {
    const some = { ...truth, annotations: [masked[0], ...truth.annotations.slice(1)] };
    const perfect = masked.map(({ image_id, category_id, bbox, segmentation }) => ({
      ...{ image_id, category_id, bbox, segmentation },
      score: 0.9,
    }));
    await score(some, perfect, '--json');
    expect(JSON.parse(output)).toMatchObject({
      coco: { box: { AP: expect.closeTo(1, 12) }, mask: null },
      voc: { box: { AP50: 1 }, mask: null },
    });
    expect(messages).toContain('truth.json: annotation 2 and 1 more have no mask, so only boxes are scored.');
    [output, messages] = ['', ''];
    await score(withMasks, [detections[0], boxesOnly[1]], '--json');
    expect(JSON.parse(output)).toMatchObject({ coco: { mask: null } });
    expect(messages).toContain('results.json: detection 1 has no mask, so only boxes are scored.');
  });

  it("says so where COCO's limit cuts", async () => {
    const cell = (i: number) => ({
      image_id: 1,
      category_id: 1,
      bbox: [4 * (i % 15), 4 * Math.floor(i / 15), 3, 3],
    });
    const cells = Array.from({ length: 120 }, (_, i) => cell(i));
    const annotations = cells.map((each, i) => ({ ...each, id: i + 1, area: 9 }));
    await score(
      { ...truth, annotations },
      cells.map((each) => ({ ...each, score: 0.9 })),
      '--json',
    );
    const figures = JSON.parse(output);
    // 100 of 120 are found, so at 84 of the 101 recalls precision is 1.
    expect(figures.coco.box.AR100).toBeCloseTo(100 / 120, 12);
    expect(figures.coco.box.AP).toBeCloseTo(84 / 101, 12);
    expect(figures.voc.box.AP50).toBe(1);
    expect(messages).toContain('score highest, as pycocotools does: 20 in 1 of 2 images are left out.');
    messages = '';
    await score(withMasks, detections, '--json');
    expect(messages).not.toContain('left out');
  });

  it('scores no detections as zero, and no annotated objects as undefined', async () => {
    await score(withMasks, [], '--json');
    expect(JSON.parse(output)).toMatchObject({
      coco: { box: { AP: 0, AR100: 0 }, mask: { AP: 0 } },
      voc: { mask: { AP50: 0 } },
    });
    output = '';
    await score({ ...truth, annotations: [] }, detections, '--json');
    expect(JSON.parse(output)).toMatchObject({
      coco: { box: { AP: null, AR1: null } },
      voc: { box: { AP50: null, perClass: { cat: { AP50: null } } } },
    });
  });

  it.each([
    ['cut off', withMasks, JSON.stringify(detections).slice(0, 200), 'is cut off'],
    ['cut off inside a number', withMasks, '[{"image_id": 1, "score": 0.', 'is cut off'],
    ['empty', withMasks, '', 'is empty'],
    ['not JSON', withMasks, '[{"image_id": 1,\n "score": 0.5,]', "isn't JSON: line 2"],
    ['NaN', withMasks, JSON.stringify(boxesOnly).replace('0.8', 'NaN'), 'detection 1 has the score NaN'],
    [
      'an infinite edge',
      withMasks,
      JSON.stringify(boxesOnly).replace('[40,', '[-Infinity,'),
      'detection 1 has the bbox ["-Infinity",0,10,10]',
    ],
    [
      'an infinite score',
      withMasks,
      JSON.stringify(boxesOnly).replace('0.8', 'Infinity'),
      'the score Infinity',
    ],
    ['an unknown class', withMasks, [{ ...detections[0], category_id: 3 }], 'the category 3, which'],
    ['an unknown image', withMasks, [{ ...detections[0], image_id: 3 }], 'detection 0 is for image 3'],
    [
      'a mask of the wrong size',
      withMasks,
      [{ ...detections[0], segmentation: { size: [60, 50], counts: 'hl2' } }],
      'detection 0: its mask is 60×50, but the image is 50×60 (size is [height, width])',
    ],
    [
      'a damaged true mask',
      { ...truth, annotations: [{ ...masked[0], segmentation: { size: [50, 60], counts: [1] } }] },
      detections,
      'annotation 1: the runs of the mask add up to 1 pixels, but a 50×60 image has 3000',
    ],
  ])('refuses a file with %s', async (_, groundTruth, results, message) => {
    const attempt = score(groundTruth, results, '--json');
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toBeInstanceOf(UserError);
    expect(output).toBe('');
  });

  it('says which file is missing', async () => {
    const program = new Command().exitOverride();
    registerScore(program);
    const missing = path.join(folder, 'nowhere.json');
    const args = ['score', '--ground-truth', missing, '--detections', missing];
    await expect(program.parseAsync(args, { from: 'user' })).rejects.toThrow(
      `${missing}: there is no such file`,
    );
  });
});

/** A gray PNG of 60×50 with squares of given values. */
function grayPng(squares: readonly [value: number, x: number, y: number, side: number][]): Uint8Array {
  const data = new Uint8Array(60 * 50);
  for (const [value, left, top, side] of squares) {
    for (let y = top; y < top + side; y++) data.fill(value, y * 60 + left, y * 60 + left + side);
  }
  return encode({ width: 60, height: 50, data, channels: 1, depth: 8 });
}

/** A devkit folder with the objects of the COCO file above; the second one is difficult. */
function writeDevkit(names: readonly [string, string, string]): string {
  const devkit = path.join(mkdtempSync(path.join(folder, 'devkit-')), 'VOC2012');
  for (const name of ['JPEGImages', 'SegmentationObject', 'Annotations', 'ImageSets/Segmentation']) {
    mkdirSync(path.join(devkit, name), { recursive: true });
  }
  const xml = (objects: readonly [string, number][]) =>
    `<annotation>${objects.map(([name, difficult]) => `<object><name>${name}</name><difficult>${difficult}</difficult></object>`).join('')}</annotation>`;
  const put = (name: string, content: string | Uint8Array) => writeFileSync(path.join(devkit, name), content);
  put('ImageSets/Segmentation/val.txt', 'one\ntwo\n');
  put('JPEGImages/one.png', grayPng([]));
  put('JPEGImages/two.png', grayPng([]));
  put(
    'SegmentationObject/one.png',
    grayPng([
      [1, 0, 0, 10],
      [2, 20, 0, 10],
      [255, 40, 0, 10],
    ]),
  );
  put('SegmentationObject/two.png', grayPng([[1, 5, 5, 20]]));
  put(
    'Annotations/one.xml',
    xml([
      [names[0], 0],
      [names[1], 1],
    ]),
  );
  put('Annotations/two.xml', xml([[names[2], 0]]));
  return devkit;
}

describe('atto score against a VOC devkit', () => {
  const results = detections.map((detection) => ({ ...detection, image_id: 'one' }));

  async function scoreDevkit(devkit: string, content: unknown) {
    const program = new Command().exitOverride();
    registerScore(program);
    const args = [
      'score',
      '--ground-truth',
      devkit,
      '--detections',
      write('results.json', content),
      '--json',
    ];
    await program.parseAsync(args, { from: 'user' });
    return JSON.parse(output);
  }

  it('counts classes by alphabet and leaves difficult boxes out', async () => {
    const cats = results.map((result) => ({ ...result, category_id: 8 }));
    const { voc, coco } = await scoreDevkit(writeDevkit(['cat', 'cat', 'dog']), cats);
    expect(Object.keys(voc.box.perClass)).toHaveLength(20);
    // One cat to be found; the detection of the difficult one counts neither way.
    expect(voc.box.perClass.cat.AP50).toBe(1);
    expect(voc.mask.perClass.cat.AP50).toBe(1 / 2);
    expect(voc.box.perClass.dog.AP50).toBe(0);
    expect(voc.box.perClass.cow.AP50).toBeNull();
    expect(coco.box.AP50).toBeCloseTo((51 + 50 * (2 / 3)) / 101 / 2, 12);
  });

  it('takes the classes that the annotations name', async () => {
    const devkit = writeDevkit(['star', 'star', 'disc']);
    const named = results.map((result) => ({ ...result, category_id: 7, category: 'star' }));
    const { voc } = await scoreDevkit(devkit, named);
    expect(Object.keys(voc.box.perClass)).toEqual(['disc', 'star']);
    expect(voc.box.perClass.star.AP50).toBe(1);
  });

  it('says which folder to give', async () => {
    const devkit = writeDevkit(['cat', 'cat', 'dog']);
    await expect(scoreDevkit(path.dirname(devkit), results)).rejects.toThrow(`score against ${devkit}`);
  });
});
