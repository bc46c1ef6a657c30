import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Material } from './items.js';
import type { Settings } from './side.js';
import type { Row } from './table.js';

const rounds = 3;

/**
 * From the start of a process to its end: an epoch of Mask R-CNN R50-FPN on photographs, one a step, both sides from the same
 * weights.
 */
export async function measureEpoch(
  name: string,
  { weights, photographs }: Material,
  { threads, precision }: Settings,
  folder: string,
  python: string | undefined,
): Promise<Row> {
  const { root, year, split, classes } = photographs;
  const list = path.join(root, `VOC${year}`, 'ImageSets', 'Segmentation', `${split}.txt`);
  const steps = readFileSync(list, 'utf8').split('\n').filter(Boolean).length;
  const ours = (round: number) => [
    path.join(import.meta.dirname, '..', 'dist', 'cli', 'main.js'),
    ...['train', 'configs/voc2012/mask-rcnn-r50-fpn.ts', '--out', path.join(folder, `${round}`)],
    ...[`data.root=${root}`, `data.year=${year}`, `data.train=${split}`],
    ...[`data.classes=${classes}`, `data.maskClasses=${classes}`],
    ...(weights
      ? [`model.weights=${weights}`]
      : ['model.backbone.norm=batch', 'model.backbone.trainableStages=5']),
    ...['training.schedule.kind=constant', 'training.batchSize=1', `training.steps=${steps}`],
    ...['training.learningRate=1e-5', 'training.warmup.steps=0', 'training.validateEvery=undefined'],
    ...[`threads=${threads}`, `precision=${precision}`],
  ];
  const task = { root, year, split, classes, threads, weights, learningRate: 1e-5 };
  const seconds: { ours: number[]; eager: number[] } = { ours: [], eager: [] };
  for (let round = 0; round < rounds; round++) {
    seconds.ours.push(await timeProcess(process.execPath, ours(round)));
    if (!python) continue;
    const peer = path.join(import.meta.dirname, 'peer.py');
    seconds.eager.push(await timeProcess(python, [peer, 'epoch', JSON.stringify(task)]));
  }
  const peers = python ? { eager: { seconds: seconds.eager } } : {};
  return { name, ours: { seconds: seconds.ours }, peers };
}

/** @returns how many seconds a process takes */
function timeProcess(command: string, args: readonly string[]): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`${command} ${args.join(' ')}: ended with ${code}\n${said}`));
      else resolve((performance.now() - start) / 1000);
    });
  });
}
