import { describe, expect, it } from 'vitest';
import { parseInstances } from '../../../src/datasets/sbd/reader.js';
import { goldenFile, sbdGolden } from '../../support/sbd-folder.js';

describe('parseInstances', () => {
  it.each(sbdGolden.map((golden) => [golden.name, golden] as const))(
    'reads what SciPy reads: %s',
    (_, golden) => {
      const { height, width, labels, categories } = golden;
      const instances = parseInstances(golden.bytes);
      expect([instances.height, instances.width]).toEqual([height, width]);
      expect([...instances.labels]).toEqual(labels);
      expect(instances.categories).toEqual(categories);
    },
  );

  it('says what is wrong with a file', () => {
    const { bytes } = goldenFile('compressed');
    const plain = goldenFile('plain').bytes;
    const changed = (at: number, value: number) =>
      Uint8Array.from(plain, (byte, i) => (i === at ? value : byte));
    expect(() => parseInstances(bytes.subarray(0, 100))).toThrow('it is cut off');
    for (const end of [140, 300, bytes.length - 1]) {
      expect(() => parseInstances(bytes.subarray(0, end))).toThrow('cut off or damaged');
    }
    for (const end of [140, 300, plain.length - 40]) {
      expect(() => parseInstances(plain.subarray(0, end))).toThrow('cut off or damaged');
    }
    expect(() => parseInstances(changed(126, 0))).toThrow('no MAT-file of level 5');
    expect(() => parseInstances(changed(125, 2))).toThrow("version 7.3; save it in MATLAB with '-v7'");
    expect(() => parseInstances(bytes.subarray(0, 128))).toThrow('no structure GTinst');
    const name = Buffer.from(plain).indexOf('Segmentation');
    expect(() => parseInstances(changed(name, 65))).toThrow('no numbers Segmentation');
  });
});
