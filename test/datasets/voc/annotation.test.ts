import { describe, expect, it } from 'vitest';
import { parseAnnotation } from '../../../src/datasets/voc/annotation.js';

/** An object without anything but a name. */
const named = (name: string | undefined) => ({ name, difficult: false, box: undefined, odd: [] });

describe('parseAnnotation', () => {
  it('lists the objects in order, with trimmed names', () => {
    const text = `<annotation>
      <object><name> cat </name><difficult>0</difficult></object>
      <object><name>dog</name><difficult>1</difficult>
        <part><name>head</name></part></object>
      <object><name>007</name></object>
    </annotation>\r\n`;
    expect(parseAnnotation(text)).toEqual({
      size: undefined,
      objects: [named('cat'), { ...named('dog'), difficult: true }, named('007')],
    });
  });

  it('reads one object, none, and objects without a name', () => {
    const one = '<annotation><object><name>cat</name></object></annotation>';
    expect(parseAnnotation(one).objects).toEqual([named('cat')]);
    expect(parseAnnotation('<annotation><size/></annotation>')).toEqual({ size: undefined, objects: [] });
    expect(
      parseAnnotation('<annotation><object><name> </name></object><object>text</object></annotation>')
        .objects,
    ).toEqual([named(undefined), named(undefined)]);
  });

  it('reads sizes and boxes; VOC counts pixels from 1 and includes the last', () => {
    const object = (bounds: string, more = '') =>
      `<object><name>cat</name>${more}<bndbox>${bounds}</bndbox></object>`;
    const text =
      '<annotation><size><width>500</width><height>375</height><depth>3</depth></size>' +
      object('<xmin>1</xmin><ymin>2</ymin><xmax>10.5</xmax><ymax>20</ymax>') +
      object('<xmin>1</xmin><ymin>left</ymin><xmax>10</xmax><ymax>20</ymax>') +
      object('<xmin>1</xmin>', '<difficult>yes</difficult><truncated>2</truncated><occluded>1</occluded>') +
      '</annotation>';
    const { size, objects } = parseAnnotation(text);
    expect(size).toEqual({ width: 500, height: 375 });
    expect(objects[0]).toEqual({ ...named('cat'), box: [0, 1, 10.5, 20] });
    const odd = 'a bndbox that lacks numbers';
    expect(objects[1]).toEqual({ ...named('cat'), odd: [odd] });
    expect(objects[2].odd).toEqual(['difficult "yes"', 'truncated "2"', odd]);
    const none = '<annotation><size><width>0</width><height>0</height></size></annotation>';
    expect(parseAnnotation(none).size).toBeUndefined();
  });

  it('reads references to characters as every XML parser does', () => {
    const name = 'nut &amp; bolt &lt;&#3381;&#x0C3F;&gt; &amp;lt; <![CDATA[a &amp; b]]>';
    expect(parseAnnotation(`<annotation><object><name>${name}</name></object></annotation>`).objects).toEqual(
      [named('nut & bolt <\u0d35\u0c3f> &lt; a &amp; b')],
    );
  });

  it('does not expand entities that the file defines', () => {
    const text =
      '<!DOCTYPE a [<!ENTITY e "boom">]><annotation><object><name>&e;</name></object></annotation>';
    expect(parseAnnotation(text).objects).toEqual([named('&e;')]);
  });

  it('says on which line the text stops being XML', () => {
    expect(() => parseAnnotation('<annotation>\n<object>\n<name>cat</object></annotation>')).toThrow(
      /^line 3: .*'name'/,
    );
    expect(() => parseAnnotation('')).toThrow('line 1');
    expect(() => parseAnnotation('<other/>')).toThrow('no <annotation>');
  });
});
