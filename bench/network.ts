/**
 * Speed and memory of detecting and training beside torchvision's eager maskrcnn_resnet50_fpn: the same weights, image and
 * number of threads, in turns. Each kind of work has a process on each side, whose peak memory is the work's.
 *
 *   npm run bench -- [--only <name>] [--rounds 7] [--threads 2] [--precision bf16] [--profile] [--out <file.json>]
 *
 * torchvision is taken from bench/.venv (made by bench/setup-peers.sh) or from the Python named by PYTHON; without it
 * there are only our own figures. With --precision bf16 there is a second peer: torchvision under autocast.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { randomStream } from '../src/random.js';
import { type Settings, type Side, startSide, type Work } from './side.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    precision: { type: 'string', default: 'float32' },
    profile: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});

/** One row of the table. */
interface Item {
  readonly name: string;
  readonly work: Omit<Work, 'size' | 'image' | 'boxes' | 'labels'>;
  /** Whether torchvision has this network. */
  readonly peer: boolean;
}

const r50 = { config: 'configs/voc2012/mask-rcnn-r50-fpn.ts', trainableStages: 3, batchSize: 1 };
const c4 = { ...r50, config: 'configs/voc2012/mask-rcnn-r50-c4.ts' };
const atto = { config: 'configs/voc2012/atto-mask-rcnn.ts', trainableStages: 5, batchSize: 1 };
const items: readonly Item[] = [
  { name: 'detect, R50-FPN', work: { ...r50, work: 'detect' }, peer: true },
  { name: 'step, R50-FPN', work: { ...r50, work: 'step' }, peer: true },
  { name: 'step, R50-FPN, all stages', work: { ...r50, work: 'step', trainableStages: 5 }, peer: true },
  { name: 'step, R50-FPN, batch 2', work: { ...r50, work: 'step', batchSize: 2 }, peer: true },
  { name: 'detect, R50-C4', work: { ...c4, work: 'detect' }, peer: false },
  { name: 'detect, Atto-MaskRCNN', work: { ...atto, work: 'detect' }, peer: false },
  { name: 'step, Atto-MaskRCNN', work: { ...atto, work: 'step' }, peer: false },
];

const size = [800, 1088] as const;
/** Rounds before those that count: the first ones make what later ones find ready. */
const warmUp = 2;

interface Measured {
  readonly seconds: readonly number[];
  readonly megabytes: number;
}

interface Row {
  readonly name: string;
  readonly ours: Measured;
  /** By name: eager float32 and, with bf16, autocast. */
  readonly peers: Readonly<Record<string, Measured>>;
}

/** A photograph's stand-in: soft waves and noise. */
function scene(): Uint8Array {
  const [height, width] = size;
  const random = randomStream(1, 'bench');
  const data = new Uint8Array(3 * height * width);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const wave = Math.sin((pixel % width) / 40 + (i % 3)) + Math.cos(Math.floor(pixel / width) / 30);
    data[i] = 128 + 40 * wave + 40 * random.uniform();
  }
  return data;
}

/** Objects of many sizes, as whole pixels. */
function objects(): Pick<Work, 'boxes' | 'labels'> {
  const random = randomStream(1, 'bench objects');
  const [height, width] = size;
  const boxes = Array.from({ length: 8 }, () => {
    const w = 40 + random.integer(360);
    const h = 40 + random.integer(300);
    const x = random.integer(width - w);
    const y = random.integer(height - h);
    return [x, y, x + w, y + h];
  });
  return { boxes, labels: boxes.map((_, i) => 1 + i) };
}

async function measure(item: Item, work: Work, settings: Settings, python: string | undefined): Promise<Row> {
  const peerNames =
    item.peer && python ? ['eager', ...(settings.precision === 'bf16' ? ['autocast'] : [])] : [];
  const sides = new Map<string, Side>([['ours', ours()]]);
  for (const name of peerNames) sides.set(name, theirs(python ?? ''));
  for (const [name, side] of sides) {
    const precision = name === 'eager' ? 'float32' : settings.precision;
    await side.ask({ kind: 'prepare', ...work, ...settings, precision });
  }
  const seconds = new Map([...sides.keys()].map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < warmUp + Number(options.rounds); round++) {
    for (const [name, side] of sides) {
      const answer = await side.ask<{ seconds: number }>({ kind: 'run' });
      if (round >= warmUp) seconds.get(name)?.push(answer.seconds);
    }
  }
  const measured: Record<string, Measured> = {};
  for (const [name, side] of sides) {
    const { megabytes } = await side.ask<{ megabytes: number }>({ kind: 'finish' });
    measured[name] = { seconds: seconds.get(name) ?? [], megabytes };
    side.end();
  }
  const { ours: own, ...peers } = measured;
  return { name: item.name, ours: own, peers };
}

const here = import.meta.dirname;
const ours = (): Side =>
  startSide(process.execPath, ['--import', 'jiti/register', path.join(here, 'worker.ts')]);
const theirs = (python: string): Side => startSide(python, [path.join(here, 'peer.py')]);

function findPython(): string | undefined {
  const own = path.join(here, '.venv', 'bin', 'python');
  return process.env.PYTHON ?? (existsSync(own) ? own : undefined);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

function print(rows: readonly Row[]): void {
  const peers = [...new Set(rows.flatMap(({ peers }) => Object.keys(peers)))];
  const table = new Table({
    head: ['', 's', 'min … max', 'MB', ...peers.flatMap((name) => [`${name}: s`, 'MB', 'ratio', 'memory'])],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, ours, peers: beside } of rows) {
    table.push([
      name,
      median(ours.seconds).toFixed(3),
      `${Math.min(...ours.seconds).toFixed(2)} … ${Math.max(...ours.seconds).toFixed(2)}`,
      ours.megabytes.toFixed(0),
      ...peers.flatMap((peer) => {
        const theirs = beside[peer];
        if (!theirs) return ['', '', '', ''];
        const ratios = ours.seconds.map((seconds, round) => seconds / theirs.seconds[round]);
        return [
          median(theirs.seconds).toFixed(3),
          theirs.megabytes.toFixed(0),
          median(ratios).toFixed(2),
          (ours.megabytes / theirs.megabytes).toFixed(2),
        ];
      }),
    ]);
  }
  console.log(table.toString());
}

const python = findPython();
const folder = mkdtempSync(path.join(tmpdir(), 'atto-bench-'));
try {
  const image = path.join(folder, 'image.rgb');
  writeFileSync(image, scene());
  const weights = path.join(folder, 'weights.pth');
  if (python) {
    const maker = theirs(python);
    await maker.ask({ kind: 'weights', seed: 1, file: weights });
    maker.end();
  } else {
    console.error('No Python with torchvision: bench/setup-peers.sh makes one. Only our own figures follow.');
  }
  const settings: Settings = {
    threads: Number(options.threads),
    precision: options.precision === 'bf16' ? 'bf16' : 'float32',
    profile: options.profile,
  };
  console.error(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${settings.threads} threads, ${settings.precision}; medians of ${options.rounds}`,
  );
  const rows: Row[] = [];
  for (const item of items.filter(({ name }) => name.includes(options.only ?? ''))) {
    console.error(`${item.name} …`);
    const work: Work = {
      ...item.work,
      ...objects(),
      ...(item.peer && python ? { weights } : {}),
      size,
      image,
    };
    rows.push(await measure(item, work, settings, python));
  }
  print(rows);
  if (options.out) writeFileSync(options.out, JSON.stringify({ size, ...settings, rows }, null, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
