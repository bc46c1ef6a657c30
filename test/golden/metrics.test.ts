import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scoreFile } from '../../src/cli/score-action.js';
import { openCocoTruth } from '../../src/cli/score-truth.js';

/** Made by scripts/golden/metrics.py. */
interface GoldenSet {
  readonly truth: object;
  readonly results: readonly object[];
  readonly coco: object;
  readonly voc: object;
}

const sets: readonly GoldenSet[] = JSON.parse(
  readFileSync(new URL('./metrics.json', import.meta.url), 'utf8'),
);
const folder = mkdtempSync(path.join(tmpdir(), 'atto-metrics-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The figures of nested objects, by path. */
function figuresOf(value: object, name = ''): [string, number | null][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (typeof inner === 'number' || inner === null) return [[name + key, inner]];
    if (typeof inner === 'object') return figuresOf(inner, `${name}${key}.`);
    throw new TypeError(`${name}${key} is no figure`);
  });
}

function expectFigures(actual: object, expected: object, tolerance: number) {
  const figures = new Map(figuresOf(actual));
  for (const [name, value] of figuresOf(expected)) {
    const figure = figures.get(name);
    if (value === null) expect(figure, name).toBeNull();
    else expect(Math.abs((figure ?? Number.NaN) - value), name).toBeLessThanOrEqual(tolerance);
  }
}

describe.each(sets.map((set, i) => ({ ...set, i })))('random set $i', ({ truth, results, coco, voc, i }) => {
  const files = { truth: path.join(folder, `truth-${i}.json`), results: path.join(folder, `results-${i}.json`) };
  writeFileSync(files.truth, JSON.stringify(truth));
  writeFileSync(files.results, JSON.stringify(results));
  const scored = openCocoTruth(files.truth).then((opened) => scoreFile(opened, files.results));

  it('has the scores of pycocotools', async () => {
    expectFigures((await scored).metrics.coco, coco, 1e-9);
  });

  it('has the scores of a plain devkit', async () => {
    const { metrics } = await scored;
    expectFigures(metrics.voc, voc, 1e-12);
    expect(metrics.AP_d).toBe(metrics.voc.box.AP50);
    expect(metrics.AP_m).toBe(metrics.voc.mask?.AP50);
  });
});
