import { release, totalmem, type } from 'node:os';
import type { Engine } from '../engine/load.js';
import type { Fact } from '../report/report-data.js';
import { processorName } from './processor.js';
import { version } from './version.js';

/** Weights, versions and machine, as a report states them. */
export function circumstances({
  weights,
  engine,
}: {
  readonly weights: string;
  readonly engine: Engine;
}): Fact[] {
  const { tensorflow, device, threads, precision } = engine;
  return [
    { name: 'written', value: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC` },
    { name: 'weights', value: weights },
    { name: 'atto', value: version },
    { name: 'TensorFlow', value: tensorflow },
    { name: 'device', value: device === 'gpu' ? 'GPU' : 'CPU' },
    { name: 'threads', value: String(threads) },
    { name: 'precision', value: precision },
    { name: 'Node', value: process.version.slice(1) },
    { name: 'system', value: `${type()} ${release()}, ${process.arch}` },
    { name: 'processor', value: processorName() },
    { name: 'memory', value: `${Math.round(totalmem() / 2 ** 30)} GiB` },
  ];
}
