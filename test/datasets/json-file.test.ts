import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonFile } from '../../src/datasets/json-file.js';
import { UserError } from '../../src/errors.js';
import { tempFolder } from '../support/temp-folder.js';

const entry = (i: number) => ({
  id: i,
  name: `größe ${i} [{"},`,
  box: [i / 8, 7 - i, 0.1],
  more: { empty: [], none: null },
});
const content = {
  info: { year: 2026 },
  images: Array.from({ length: 40_000 }, (_, i) => entry(i)),
  categories: [{ id: 1 }],
};
const text = JSON.stringify(content);

async function read(written: string, keep?: (entry: unknown) => unknown): Promise<unknown> {
  const file = path.join(tempFolder(), 'read.json');
  await writeFile(file, written);
  return readJsonFile(file, keep);
}

async function refusal(written: string): Promise<string> {
  const reading = read(written);
  await expect(reading).rejects.toBeInstanceOf(UserError);
  return reading.then(String, String);
}

describe('readJsonFile', () => {
  it('reads what JSON.parse reads, in several pieces', async () => {
    expect(text.length).toBeGreaterThan(3 << 20);
    expect(await read(text)).toEqual(content);
    expect(await read(`\uFEFF${JSON.stringify(content, null, 2)}\n`)).toEqual(content);
    expect(await read(JSON.stringify(content.images))).toEqual(content.images);
  });

  it('gives each entry of a list away once, whole and in its order, and keeps what comes back', async () => {
    const seen: unknown[] = [];
    const kept = await read(text, (each) => {
      seen.push(JSON.stringify(each));
      return seen.length;
    });
    expect(seen).toEqual([...content.images, ...content.categories].map((each) => JSON.stringify(each)));
    expect(kept).toEqual({ ...content, images: content.images.map((_, i) => i + 1), categories: [40_001] });
  });

  it("reads Python's numbers that aren't finite, wherever they are", async () => {
    const marked = text.replaceAll('null', 'NaN').replaceAll('0.1]', '-Infinity ]');
    const expected = content.images.map((each) => ({
      ...each,
      box: [each.box[0], each.box[1], Number.NEGATIVE_INFINITY],
      more: { empty: [], none: Number.NaN },
    }));
    expect(await read(marked)).toEqual({ ...content, images: expected });
    expect(await read('[NaN, 1, Infinity]')).toEqual([Number.NaN, 1, Number.POSITIVE_INFINITY]);
  });

  it('says so wherever a file is cut off, between two values too', async () => {
    const places = [
      1,
      10,
      text.indexOf('{"id":1,'),
      text.indexOf('},{"id":30000') + 1,
      text.length - 2,
      text.length - 1,
    ];
    for (const place of places) {
      expect(await refusal(text.slice(0, place)), String(place)).toMatch(
        new RegExp(`read\\.json is cut off: .* after ${place} characters`),
      );
    }
  });

  it('says in which line a mistake is, in later pieces too', async () => {
    const lines = content.images.map((each) => JSON.stringify(each));
    lines[35_000] = '{"id": 1,, "name": 2}';
    expect(await refusal(`[\n${lines.join(',\n')}\n]`)).toMatch(/read\.json isn't JSON: line 35002: /);
    expect(await refusal('')).toMatch(/is empty/);
    expect(await refusal('[1, 2] 3 []')).toMatch(/isn't JSON/);
  });
});
