/**
 * Speed and memory beside torchvision's: the same weights, images and number of threads, in turns. Each kind of work has a
 * process on each side, whose peak memory is the work's. Everything takes about half an hour.
 *
 *   npm run bench -- [--only <part of a name>] [--rounds 7] [--threads 2] [--precision bf16] [--profile]
 *                    [--voc <VOCdevkit> --year 2012 --split train] [--out <file.json>]
 *
 * torchvision is taken from bench/.venv (made by bench/setup-peers.sh) or from the Python named by PYTHON; without it
 * there are only our own figures. With --precision bf16 there is a second peer: torchvision under autocast. Photographs
 * to load are generated unless --voc names a folder of real ones.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { configSchemas } from '../src/config/schema.js';
import { openDataset } from '../src/datasets/formats.js';
import { shapeClasses } from '../src/datasets/shapes/layout.js';
import { vocClasses } from '../src/datasets/voc/classes.js';
import { measureEpoch } from './epoch.js';
import { benchItems, type Material, scene } from './items.js';
import { measure } from './measure.js';
import { type Settings, startTheirs, type VocFolder } from './side.js';
import { asTable, type Row } from './table.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    precision: { type: 'string', default: 'float32' },
    profile: { type: 'boolean', default: false },
    voc: { type: 'string' },
    year: { type: 'string', default: '2012' },
    split: { type: 'string', default: 'train' },
    out: { type: 'string' },
  },
});

function findPython(): string | undefined {
  const own = path.join(import.meta.dirname, '.venv', 'bin', 'python');
  return process.env.PYTHON ?? (existsSync(own) ? own : undefined);
}

/** The photographs that the user names, or generated ones of a photograph's size. */
async function findPhotographs(folder: string): Promise<VocFolder> {
  if (options.voc !== undefined) {
    return { root: options.voc, year: Number(options.year), split: options.split, classes: vocClasses };
  }
  const config = configSchemas().detection.parse({
    data: { format: 'shapes', root: folder, trainImages: 40, valImages: 1, minSide: 333, maxSide: 500 },
    training: { steps: 1, learningRate: 1 },
  });
  await openDataset(config.data, 'train');
  // As many as the weights know.
  const others = Array.from({ length: 20 - shapeClasses.length }, (_, i) => `none-${i}`);
  return { root: folder, year: 2012, split: 'train', classes: [...shapeClasses, ...others] };
}

async function makeWeights(python: string, file: string): Promise<void> {
  const maker = startTheirs(python);
  await maker.ask({ kind: 'weights', seed: 1, file });
  maker.end();
}

const python = findPython();
const folder = mkdtempSync(path.join(tmpdir(), 'atto-bench-'));
try {
  const image = path.join(folder, 'image.rgb');
  writeFileSync(image, scene());
  const weights = python && path.join(folder, 'weights.pth');
  if (python && weights) await makeWeights(python, weights);
  else
    console.error('No Python with torchvision: bench/setup-peers.sh makes one. Only our own figures follow.');
  const photographs = await findPhotographs(path.join(folder, 'photographs'));
  const material: Material = { image, weights, photographs };
  const settings: Settings = {
    threads: Number(options.threads),
    precision: options.precision === 'bf16' ? 'bf16' : 'float32',
    profile: options.profile,
  };
  const rounds = Number(options.rounds);
  console.error(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${settings.threads} threads, ${settings.precision}; medians of ${rounds}`,
  );
  const rows: Row[] = [];
  for (const item of benchItems(material)) {
    if (!item.name.includes(options.only)) continue;
    console.error(`${item.name} …`);
    rows.push(await measure(item, settings, rounds, python));
  }
  const epoch = 'epoch, R50-FPN, from a cold start';
  if (epoch.includes(options.only)) {
    console.error(`${epoch} …`);
    const runs = path.join(folder, 'runs');
    mkdirSync(runs);
    rows.push(await measureEpoch(epoch, material, settings, runs, python));
  }
  console.log(asTable(rows));
  if (options.out) writeFileSync(options.out, `${JSON.stringify({ ...settings, rounds, rows }, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
