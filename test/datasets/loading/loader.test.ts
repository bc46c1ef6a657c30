import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/datasets/dataset-format.js';
import { openDataset } from '../../../src/datasets/formats.js';
import { flipSample } from '../../../src/datasets/images/flip.js';
import { evaluationLoader, trainingLoader } from '../../../src/datasets/loading/loader.js';
import type { Sample } from '../../../src/datasets/sample.js';
import { UserError } from '../../../src/errors.js';
import { sampleReader } from '../../support/sample-reader.js';
import { annotationText, writeVocFolder } from '../../support/voc-folder.js';

const ids = ['a', 'b', 'c', 'd', 'e'];

async function writeImages(): Promise<Dataset> {
  const image = { objects: ['110', '100', '022'], annotation: annotationText('cat', 'dog') };
  const { data } = await writeVocFolder(Object.fromEntries(ids.map((id) => [id, image])));
  return openDataset(data, 'train');
}

interface Settings {
  readonly dataset: Dataset;
  readonly workers: number;
  readonly start: number;
  readonly ahead?: number;
}

async function take(settings: Settings, count: number): Promise<Sample[]> {
  const loader = trainingLoader({ seed: 5, horizontalFlip: 0.5, ahead: 3, ...settings });
  const samples: Sample[] = [];
  for (let i = 0; i < count; i++) samples.push(await loader.next());
  await loader.close();
  return samples;
}

describe('trainingLoader', () => {
  it('delivers the same from any position, with any number of threads and any read-ahead', async () => {
    const dataset = await writeImages();
    const all = await take({ dataset, workers: 0, start: 0 }, 17);
    expect(await take({ dataset, workers: 2, start: 0, ahead: 7 }, 17)).toEqual(all);
    expect(await take({ dataset, workers: 1, start: 6, ahead: 1 }, 11)).toEqual(all.slice(6));
    expect(new Set(all.slice(0, 5).map(({ id }) => id))).toEqual(new Set(ids));
    expect(all.slice(0, 5).map(({ id }) => id)).not.toEqual(all.slice(5, 10).map(({ id }) => id));
  });

  it('mirrors the share that is asked for, by position', async () => {
    const dataset = await writeImages();
    const read = sampleReader(dataset.data, 'training');
    const originals = new Map<string, Sample>();
    for (const id of ids) originals.set(id, await read(id));
    const mirrored = async (horizontalFlip: number, count: number): Promise<boolean[]> => {
      const loader = trainingLoader({ dataset, seed: 2, start: 0, horizontalFlip, workers: 0, ahead: 4 });
      const flags: boolean[] = [];
      for (let i = 0; i < count; i++) {
        const sample = await loader.next();
        const original = originals.get(sample.id);
        expect.assert(original);
        const same = sample.instances[0].box[0] === original.instances[0].box[0];
        expect(sample).toEqual(same ? original : flipSample(original));
        flags.push(!same);
      }
      return flags;
    };
    expect(await mirrored(0, 10)).toEqual(new Array(10).fill(false));
    expect(await mirrored(1, 10)).toEqual(new Array(10).fill(true));
    const half = (await mirrored(0.5, 200)).filter(Boolean).length;
    expect(half).toBeGreaterThan(70);
    expect(half).toBeLessThan(130);
  });

  it.each([0, 1])(
    'delivers pixels that can be handed to another thread, mirrored with chance %i',
    async (horizontalFlip) => {
      const dataset = await writeImages();
      const loader = trainingLoader({ dataset, seed: 1, start: 0, horizontalFlip, workers: 0, ahead: 1 });
      const { buffer } = (await loader.next()).image.data;
      expect.assert(buffer instanceof ArrayBuffer);
      structuredClone(buffer, { transfer: [buffer] });
      expect(buffer.byteLength).toBe(0);
    },
  );

  it.each([0, 2])('rejects a broken sample with %i threads and goes on after it', async (workers) => {
    const dataset = await writeImages();
    const some = ['a', 'gone', 'b'];
    const loader = trainingLoader({
      dataset: { ...dataset, ids: some },
      seed: 1,
      start: 0,
      horizontalFlip: 0,
      workers,
      ahead: 4,
    });
    const outcomes: unknown[] = [];
    for (let i = 0; i < 3; i++) outcomes.push(await loader.next().catch((error: unknown) => error));
    await loader.close();
    const errors = outcomes.filter((outcome) => outcome instanceof UserError);
    expect(errors).toHaveLength(1);
    expect(errors[0].message).toContain('gone.jpg is missing');
    expect(outcomes.filter((outcome) => !(outcome instanceof Error))).toHaveLength(2);
  });

  it('says so when a thread breaks down', async () => {
    const dataset = await writeImages();
    const broken = { ...dataset, data: { ...dataset.data, root: JSON.parse('null') } };
    const loader = trainingLoader({
      dataset: broken,
      seed: 1,
      start: 0,
      horizontalFlip: 0,
      workers: 1,
      ahead: 2,
    });
    await expect(loader.next()).rejects.toThrow(/A thread that reads images broke down: .*string/);
    await expect(loader.next()).rejects.toThrow('broke down');
    await loader.close();
  });

  it('closes in the middle of its work', async () => {
    const dataset = await writeImages();
    const loader = trainingLoader({ dataset, seed: 1, start: 0, horizontalFlip: 0, workers: 2, ahead: 8 });
    const pending = expect(loader.next()).rejects.toThrow('closed');
    await loader.close();
    await pending;
    await expect(loader.next()).rejects.toThrow('closed');
  });
});

describe('evaluationLoader', () => {
  it.each([0, 2])('goes once through the ids in order with %i threads', async (workers) => {
    const dataset = await writeImages();
    const seen: string[] = [];
    for await (const sample of evaluationLoader({ dataset, workers, ahead: 2 })) seen.push(sample.id);
    expect(seen).toEqual(ids);
  });

  it('ends the threads when the loop is left', async () => {
    const dataset = await writeImages();
    const loader = evaluationLoader({ dataset, workers: 1, ahead: 2 });
    for await (const sample of loader) if (sample.id === 'b') break;
    expect(await loader.next()).toEqual({ done: true, value: undefined });
  });
});
