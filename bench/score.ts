/**
 * Speed and memory of scoring masks: `atto score` beside pycocotools, each a process of its own that reads the two JSON
 * files, at 5,000 images with 36 truths and 36 detections each. `atto score` computes every protocol of boxes and masks
 * in its time, pycocotools COCO's of masks.
 *
 *   npm run bench:score [rounds]
 *
 * pycocotools is taken from the Python named by PYTHON, else from the one that bench/setup-peers.sh makes; without it
 * there is only our own figure.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { encodeSegmentation } from '../src/datasets/coco/segmentation.js';
import { polygonsMask } from '../src/geometry/polygons.js';
import { maskArea } from '../src/geometry/run-length-mask.js';
import { type RandomStream, randomStream } from '../src/random.js';

const images = 5000;
const objects = 36;
const classes = 80;
const [height, width] = [480, 640];

const pycocotools = `
import contextlib, io, json, sys
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
with contextlib.redirect_stdout(io.StringIO()):
    truth = COCO(sys.argv[1])
    evaluation = COCOeval(truth, truth.loadRes(sys.argv[2]), "segm")
    evaluation.evaluate(); evaluation.accumulate(); evaluation.summarize()
print(json.dumps(float(evaluation.stats[0])))
`;

interface Run {
  readonly seconds: number;
  /** Peak resident memory, where /proc tells it. */
  readonly megabytes: number;
  readonly output: string;
}

function polygon(random: RandomStream, x: number, y: number, radius: number): number[] {
  const corners = 16 + random.integer(24);
  const flatness = 0.4 + 0.6 * random.uniform();
  return Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners;
    const distance = radius * (0.7 + 0.3 * random.uniform());
    return [x + distance * Math.cos(angle), y + flatness * distance * Math.sin(angle)];
  })
    .flat()
    .map((value) => Math.round(100 * value) / 100);
}

function boxOf(points: readonly number[]): number[] {
  const xs = points.filter((_, i) => i % 2 === 0);
  const ys = points.filter((_, i) => i % 2 === 1);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return [x, y, Math.max(...xs) - x, Math.max(...ys) - y];
}

/** Writes the truth as polygons and the detections, truths moved a little, as compressed masks. */
async function writeFiles(truthFile: string, resultsFile: string): Promise<void> {
  const truth = createWriteStream(truthFile);
  const results = createWriteStream(resultsFile);
  const categories = Array.from({ length: classes }, (_, k) => ({ id: k + 1, name: `class-${k + 1}` }));
  const list = Array.from({ length: images }, (_, i) => ({
    id: i + 1,
    file_name: `${i + 1}.jpg`,
    height,
    width,
  }));
  truth.write(`{"images":${JSON.stringify(list)},"categories":${JSON.stringify(categories)},"annotations":[`);
  results.write('[');
  for (let image = 1; image <= images; image++) {
    const random = randomStream(1, 'bench', image);
    for (let i = 0; i < objects; i++) {
      const comma = image === 1 && i === 0 ? '' : ',\n';
      const [x, y] = [random.uniform() * width, random.uniform() * height];
      const radius = 8 * 16 ** random.uniform();
      const category_id = 1 + Math.floor(classes * random.uniform() ** 3);
      const points = polygon(random, x, y, radius);
      const area = maskArea(polygonsMask([points], height, width));
      const id = (image - 1) * objects + i + 1;
      const common = { image_id: image, category_id };
      const segmentation = [points];
      const annotation = { ...common, id, bbox: boxOf(points), area, iscrowd: 0, segmentation };
      truth.write(comma + JSON.stringify(annotation));
      const off = () => (random.uniform() - 0.5) * radius * 0.5;
      const found = polygon(random, x + off(), y + off(), radius * (0.8 + 0.4 * random.uniform()));
      const mask = encodeSegmentation(polygonsMask([found], height, width));
      const result = { ...common, bbox: boxOf(found), score: random.uniform(), segmentation: mask };
      if (!results.write(comma + JSON.stringify(result)))
        await new Promise<void>((done) => results.once('drain', done));
    }
  }
  await Promise.all([
    new Promise<void>((done) => truth.end(']}', done)),
    new Promise<void>((done) => results.end(']', done)),
  ]);
}

function run(command: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    let megabytes = Number.NaN;
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const watch = setInterval(() => {
      megabytes = peakMegabytes(child.pid) ?? megabytes;
    }, 20);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      if (code !== 0) reject(new Error(`${command} ended with code ${code}`));
      else resolve({ seconds: (performance.now() - start) / 1000, megabytes, output });
    });
  });
}

function peakMegabytes(pid: number | undefined): number | undefined {
  try {
    const peak = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? undefined : Number(peak) / 1024;
  } catch {
    return undefined;
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];

const rounds = Number(process.argv[2] ?? 3);
const python = process.env.PYTHON ?? path.join(import.meta.dirname, '.venv', 'bin', 'python');
const hasPeer = spawnSync(python, ['-c', 'import pycocotools.cocoeval'], { stdio: 'ignore' }).status === 0;
const folder = mkdtempSync(path.join(tmpdir(), 'atto-bench-score-'));
try {
  const [truth, results] = ['truth', 'results'].map((name) => path.join(folder, `${name}.json`));
  await writeFiles(truth, results);
  const megabytes = (file: string) => Math.round(statSync(file).size / 1e6);
  console.log(
    `${images} images × ${objects} truths (polygons, ${megabytes(truth)} MB) and ${objects} detections ` +
      `(RLE, ${megabytes(results)} MB), ${classes} classes, median of ${rounds}`,
  );
  const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
  const ours: Run[] = [];
  const theirs: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(
      await run(process.execPath, [
        main,
        'score',
        '--json',
        '--ground-truth',
        truth,
        '--detections',
        results,
      ]),
    );
    if (hasPeer) theirs.push(await run(python, ['-c', pycocotools, truth, results]));
  }
  const table = new Table({
    head: ['', 'seconds', 'peak MB', 'mask AP', 'times as fast'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const row = (name: string, runs: readonly Run[], ap: number, ratio: string) => {
    const seconds = median(runs.map((each) => each.seconds)).toFixed(2);
    const peak = Math.max(...runs.map((each) => each.megabytes)).toFixed(0);
    table.push([name, seconds, peak, ap.toFixed(12), ratio]);
  };
  const ratio = hasPeer ? median(theirs.map((each, i) => each.seconds / ours[i].seconds)).toFixed(1) : '';
  row('atto score, all protocols', ours, JSON.parse(ours[0].output).coco.mask.AP, ratio);
  if (hasPeer) row('pycocotools, masks', theirs, JSON.parse(theirs[0].output), '1');
  else console.log(`No pycocotools to compare with in ${python}: run bench/setup-peers.sh, or set PYTHON.`);
  console.log(table.toString());
} finally {
  rmSync(folder, { recursive: true });
}
