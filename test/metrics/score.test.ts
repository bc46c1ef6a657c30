import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scoreDetections } from '../../src/metrics/score.js';

const folder = mkdtempSync(path.join(tmpdir(), 'atto-scoring-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): string {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const groundTruth = write('annotations.json', {
  images: [1, 2, 3].map((id) => ({ id, file_name: `${id}.jpg`, height: 50, width: 60 })),
  categories: [{ id: 1, name: 'cat' }],
  annotations: [1, 2].map((id) => ({ id, image_id: id, category_id: 1, bbox: [0, 0, 10, 10], area: 100 })),
});
const detections = write('detections.json', [
  { image_id: 1, category_id: 1, bbox: [0, 0, 10, 9], score: 0.9 },
  { image_id: 3, category_id: 1, bbox: [0, 0, 10, 10], score: 0.8 },
]);

describe('scoreDetections', () => {
  it('gives the metrics, and says what they leave out', async () => {
    const seen: [number, number][] = [];
    const scores = await scoreDetections({
      groundTruth,
      detections,
      onProgress: (...progress) => seen.push(progress),
    });
    expect(scores.metrics).toMatchObject({ AP_d: 1 / 2, AP_m: null, images: 3, voc: { mask: null } });
    expect(scores.metrics.perClass.cat).toMatchObject({ truths: 2, detections: 2 });
    expect(scores.notices).toEqual([
      `${detections} has no masks, so only boxes are scored.`,
      `${groundTruth} has no masks, so only boxes are scored.`,
    ]);
    expect(seen).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('ends after the image at hand', async () => {
    const controller = new AbortController();
    let images = 0;
    const scores = scoreDetections({
      groundTruth,
      detections,
      signal: controller.signal,
      onProgress: (done) => {
        images = done;
        if (done === 2) controller.abort();
      },
    });
    await expect(scores).rejects.toThrow('This operation was aborted');
    expect(images).toBe(2);
  });
});
