import type { TensorInfo } from '@tensorflow/tfjs-core';
import Table from 'cli-table3';
import { currentBackend } from '../src/engine/backend.js';

interface Figure {
  calls: number;
  milliseconds: number;
}

/** So many rows of each table are printed. */
const rows = 30;

/**
 * Measures from now on how long TensorFlow's kernels take, each by its name, and by its name and the shapes of its first
 * two inputs.
 *
 * @returns prints both tables on standard error, sums over all calls
 */
export function startProfile(): () => void {
  const tables = [new Map<string, Figure>(), new Map<string, Figure>()];
  const timed = <Result>(op: string, inputs: readonly TensorInfo[], run: () => Result): Result => {
    const start = performance.now();
    const result = run();
    const milliseconds = performance.now() - start;
    const shapes = inputs.slice(0, 2).map(({ shape }) => `[${shape}]`);
    for (const [i, key] of [op, [op, ...shapes].join(' ')].entries()) {
      const figure = tables[i].get(key) ?? { calls: 0, milliseconds: 0 };
      tables[i].set(key, { calls: figure.calls + 1, milliseconds: figure.milliseconds + milliseconds });
    }
    return result;
  };
  const backend = currentBackend();
  const single = backend.executeSingleOutput.bind(backend);
  const multiple = backend.executeMultipleOutputs.bind(backend);
  backend.executeSingleOutput = (op, attributes, inputs) =>
    timed(op, inputs, () => single(op, attributes, inputs));
  backend.executeMultipleOutputs = (op, attributes, inputs, outputs) =>
    timed(op, inputs, () => multiple(op, attributes, inputs, outputs));
  return () => {
    for (const figures of tables) console.error(asTable(figures));
  };
}

function asTable(figures: ReadonlyMap<string, Figure>): string {
  const table = new Table({
    head: ['kernel', 'calls', 'ms'],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const slowest = [...figures].sort(([, a], [, b]) => b.milliseconds - a.milliseconds).slice(0, rows);
  for (const [name, { calls, milliseconds }] of slowest) table.push([name, calls, milliseconds.toFixed(1)]);
  return table.toString();
}
