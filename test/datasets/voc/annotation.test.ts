import { describe, expect, it } from 'vitest';
import { parseAnnotation } from '../../../src/datasets/voc/annotation.js';

describe('parseAnnotation', () => {
  it('lists the objects in order, with trimmed names', () => {
    const text = `<annotation>
      <object><name> cat </name><difficult>0</difficult></object>
      <object><name>dog</name><difficult>1</difficult>
        <part><name>head</name></part></object>
      <object><name>007</name></object>
    </annotation>\r\n`;
    expect(parseAnnotation(text)).toEqual([
      { name: 'cat', difficult: false },
      { name: 'dog', difficult: true },
      { name: '007', difficult: false },
    ]);
  });

  it('reads one object, none, and objects without a name', () => {
    const one = '<annotation><object><name>cat</name></object></annotation>';
    expect(parseAnnotation(one)).toEqual([{ name: 'cat', difficult: false }]);
    expect(parseAnnotation('<annotation><size/></annotation>')).toEqual([]);
    const unnamed = { name: undefined, difficult: false };
    expect(
      parseAnnotation('<annotation><object><name> </name></object><object>text</object></annotation>'),
    ).toEqual([unnamed, unnamed]);
  });

  it('does not expand entities', () => {
    const text =
      '<!DOCTYPE a [<!ENTITY e "boom">]><annotation><object><name>&e;</name></object></annotation>';
    expect(parseAnnotation(text)).toEqual([{ name: '&e;', difficult: false }]);
  });

  it('says on which line the text stops being XML', () => {
    expect(() => parseAnnotation('<annotation>\n<object>\n<name>cat</object></annotation>')).toThrow(
      /^line 3: .*'name'/,
    );
    expect(() => parseAnnotation('')).toThrow('line 1');
    expect(() => parseAnnotation('<other/>')).toThrow('no <annotation>');
  });
});
