import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scoreDetections } from '../../src/metrics/score.js';

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

/** Metrics of nested objects, by path. */
function metricsOf(value: object, name = ''): [string, number | null][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (typeof inner === 'number' || inner === null) return [[name + key, inner]];
    if (typeof inner === 'object') return metricsOf(inner, `${name}${key}.`);
    throw new TypeError(`${name}${key} is no metric`);
  });
}

function expectMetrics(actual: object | undefined, expected: object, tolerance: number) {
  const metrics = new Map(metricsOf(actual ?? {}));
  for (const [name, value] of metricsOf(expected)) {
    const metric = metrics.get(name);
    if (value === null) expect(metric, name).toBeNull();
    else expect(Math.abs((metric ?? Number.NaN) - value), name).toBeLessThanOrEqual(tolerance);
  }
}

describe.each(sets.map((set, i) => ({ ...set, i })))('random set $i', ({ truth, results, coco, voc, i }) => {
  const files = {
    truth: path.join(folder, `truth-${i}.json`),
    results: path.join(folder, `results-${i}.json`),
  };
  writeFileSync(files.truth, JSON.stringify(truth));
  writeFileSync(files.results, JSON.stringify(results));
  const scored = scoreDetections({ groundTruth: files.truth, detections: files.results });

  it('has the scores of pycocotools', async () => {
    expectMetrics((await scored).metrics.coco, coco, 1e-9);
  });

  it('has the scores of a plain devkit', async () => {
    const metrics = (await scored).metrics;
    expectMetrics(metrics?.voc, voc, 1e-12);
    expect(metrics?.AP_d).toBe(metrics?.voc.box.AP50);
    expect(metrics?.AP_m).toBe(metrics?.voc.mask?.AP50);
  });
});
