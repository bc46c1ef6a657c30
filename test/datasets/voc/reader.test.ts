import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Purpose } from '../../../src/datasets/sample.js';
import type { VocData } from '../../../src/datasets/voc/layout.js';
import { UserError } from '../../../src/errors.js';
import { decodeMask } from '../../../src/geometry/run-length-mask.js';
import { sampleReader } from '../../support/sample-reader.js';
import { annotationText, palettePng, photoPixels, remove, writeVocFolder } from '../../support/voc-folder.js';

const objects = ['01100v', '01132v', '00032v', '000022'];
const image = { objects, annotation: annotationText('cat', '!person', 'dog') };

/** Expects that reading the only image, `a`, fails with one message that has all these parts. */
async function expectRefusal(data: VocData, parts: readonly string[], purpose: Purpose = 'training') {
  const error: unknown = await sampleReader(data, purpose)('a').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  for (const part of parts) expect(String(error)).toContain(part);
}

describe('vocReader', () => {
  it('reads image, masks, boxes, classes and flags', async () => {
    const { data } = await writeVocFolder({ a: image });
    const sample = await sampleReader(data, 'training')('a');
    expect(sample.id).toBe('a');
    expect(sample.image).toEqual({ width: 6, height: 4, data: photoPixels('a', 6, 4) });
    expect(sample.ignored).toEqual([]);
    expect(sample.instances.map(({ mask, ...rest }) => rest)).toEqual([
      { box: [1, 0, 3, 2], label: 7, difficult: false, crowd: false },
      { box: [4, 1, 6, 4], label: 14, difficult: true, crowd: false },
      { box: [3, 1, 4, 3], label: 11, difficult: false, crowd: false },
    ]);
    const second = [...objects.join('')].map((digit) => Number(digit === '2'));
    expect([...decodeMask(sample.instances[1].mask)]).toEqual(second);
  });

  it("gives objects of other classes as ignored, and labels by the config's list", async () => {
    const { data } = await writeVocFolder({ a: image });
    const sample = await sampleReader({ ...data, classes: ['dog', 'cat'] }, 'training')('a');
    expect(sample.instances.map(({ label, box }) => [label, box[0]])).toEqual([
      [1, 1],
      [0, 3],
    ]);
    expect(sample.ignored).toMatchObject([{ label: 0, box: [4, 1, 6, 4], difficult: true }]);
  });

  it('takes the class of most pixels where the annotation has none', async () => {
    const classes = ['083000', '08855v', '00045v', '000005'];
    const { data, layout } = await writeVocFolder({
      a: { objects, classes, annotation: annotationText('dog') },
    });
    const labels = async () =>
      (await sampleReader(data, 'training')('a')).instances.map(({ label }) => label);
    // Object 3 has a pixel of class 5 and one of class 4: the lower index wins.
    expect(await labels()).toEqual([11, 4, 3]);
    remove(layout.annotation('a'));
    expect(await labels()).toEqual([7, 4, 3]);
    const own = { ...data, classes: ['x', 'y'], maskClasses: ['q', 'q2', 'q3', 'q4', 'y', 'q6', 'q7', 'x'] };
    const sample = await sampleReader(own, 'training')('a');
    expect(sample.instances.map(({ label }) => label)).toEqual([0, 1]);
    expect(sample.ignored.length).toBe(1);
  });

  it('accepts .jpg, .jpeg, .png and capitals, and leaves EXIF orientation alone', async () => {
    const { data, layout } = await writeVocFolder({ a: image });
    const read = sampleReader(data, 'training');
    let file = path.join(layout.images, 'a.png');
    for (const extension of ['.JPG', '.jpeg', '.PNG']) {
      const next = path.join(layout.images, `a${extension}`);
      renameSync(file, next);
      file = next;
      expect((await read('a')).image.data).toEqual(photoPixels('a', 6, 4));
    }
    const turned = await sharp(photoPixels('a', 6, 4), { raw: { width: 6, height: 4, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    writeFileSync(file, turned);
    expect((await read('a')).image).toEqual({ width: 6, height: 4, data: photoPixels('a', 6, 4) });
  });

  it('reads annotations in the encoding that they declare, and BMP images', async () => {
    const { data, layout } = await writeVocFolder({ a: image });
    const labels = async (classes: readonly string[]) =>
      (await sampleReader({ ...data, classes: [...classes] }, 'training')('a')).instances.map(
        ({ label }) => label,
      );
    const xml = (encoding: string) =>
      `<?xml version="1.0" encoding="${encoding}"?>${annotationText('NAME', 'NAME', 'NAME')}`;
    const write = (text: string, ...name: readonly number[]) => {
      const parts = text.split('NAME').flatMap((part, i) => (i === 0 ? [part] : [Buffer.from(name), part]));
      writeFileSync(layout.annotation('a'), Buffer.concat(parts.map((part) => Buffer.from(part))));
    };
    // The same two characters, "screw", in each encoding.
    write(xml('GBK'), 0xc2, 0xdd, 0xcb, 0xbf);
    expect(await labels(['\u87ba\u4e1d'])).toEqual([0, 0, 0]);
    write(xml('utf-8'), ...Buffer.from('\u87ba\u4e1d'));
    expect(await labels(['\u87ba\u4e1d'])).toEqual([0, 0, 0]);
    const utf16 = `\ufeff${xml('UTF-16').replaceAll('NAME', '\u87ba\u4e1d')}`;
    writeFileSync(layout.annotation('a'), Buffer.from(utf16, 'utf16le'));
    expect(await labels(['\u87ba\u4e1d'])).toEqual([0, 0, 0]);
    write(xml('utf-8'), 0xc2, 0xdd);
    await expectRefusal(data, [layout.annotation('a'), "its bytes aren't utf-8", 'Store it in UTF-8']);
    write(xml('x-none'), 0x61);
    await expectRefusal(data, ['nobody knows its encoding x-none']);

    write(xml('utf-8'), 0x61);
    remove(path.join(layout.images, 'a.png'));
    const rows = [3, 2, 1, 0].map((y) => Array.from({ length: 18 }, (_, i) => 18 * y + i));
    const bytes = rows.flatMap((row) => [...row.flatMap((_, i) => row[i - (i % 3) + 2 - (i % 3)]), 0, 0]);
    const header = Buffer.alloc(54);
    header.write('BM');
    for (const [at, value] of [
      [10, 54],
      [14, 40],
      [18, 6],
      [22, 4],
      [28, 24],
    ])
      header.writeUInt32LE(value, at);
    writeFileSync(path.join(layout.images, 'a.bmp'), Buffer.concat([header, Buffer.from(bytes)]));
    const { image: read } = await sampleReader({ ...data, classes: ['a'] }, 'training')('a');
    expect(read).toEqual({ width: 6, height: 4, data: Uint8Array.from({ length: 72 }, (_, i) => i) });
  });

  it('refuses missing and damaged files', async () => {
    const { data, layout } = await writeVocFolder({ a: image });
    writeFileSync(layout.annotation('a'), '<annotation>\n<object>');
    await expectRefusal(data, [layout.annotation('a'), 'ends inside', 'Correct or remove it']);
    writeFileSync(layout.objectMask('a'), palettePng(objects).subarray(0, 300));
    await expectRefusal(data, [layout.objectMask('a'), 'not a readable mask (it is cut off)']);
    remove(layout.objectMask('a'));
    await expectRefusal(data, [`${layout.objectMask('a')} is missing`, 'take "a" out']);
    writeFileSync(path.join(layout.images, 'a.png'), 'text');
    await expectRefusal(data, [path.join(layout.images, 'a.png'), 'not a readable image']);
    remove(path.join(layout.images, 'a.png'));
    await expectRefusal(data, [path.join(layout.images, 'a.jpg'), 'is missing', 'take "a" out']);
  });

  it('refuses masks of another size, and knows turned ones', async () => {
    const { data, layout } = await writeVocFolder({ a: image });
    writeFileSync(layout.objectMask('a'), palettePng(['10', '11']));
    await expectRefusal(data, [layout.objectMask('a'), 'is 2×2', 'is 6×4', 'same size']);
    writeFileSync(layout.objectMask('a'), palettePng(new Array<string>(6).fill('0110')));
    await expectRefusal(data, ['is 4×6', 'turned image']);
  });

  it('refuses objects without a class', async () => {
    const { data, layout } = await writeVocFolder({ a: { objects, annotation: annotationText('cat') } });
    const object2 = `Object 2 of ${layout.objectMask('a')} has no class`;
    await expectRefusal(data, [object2, 'has 1 object,', `${layout.classMask('a')} is missing`]);
    writeFileSync(layout.classMask('a'), palettePng(['088000', '08800v', '00000v', '0000vv']));
    await expectRefusal(data, [object2, 'has 1 object,', `${layout.classMask('a')} shows no class there`]);
    writeFileSync(layout.annotation('a'), '<annotation><object/><object/><object/></annotation>');
    await expectRefusal(data, [object2, 'gives its object 2 no name']);
    remove(layout.annotation('a'));
    await expectRefusal(data, [object2, `${layout.annotation('a')} is missing`]);
    await expectRefusal({ ...data, maskClasses: ['cat'] }, [
      'has class 8',
      'data.maskClasses has only 1 name',
    ]);
  });

  it('reads an image without objects for training, too', async () => {
    const { data } = await writeVocFolder({ a: { objects: ['00v', '00v'] } });
    for (const purpose of ['training', 'evaluation'] as const) {
      const { instances, ignored } = await sampleReader(data, purpose)('a');
      expect([instances, ignored]).toEqual([[], []]);
    }
  });
});
