import { appendFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type LogEntry, readLog } from '../../src/training/log.js';
import { tempFolder } from '../support/temp-folder.js';

function entry(step: number, more: Partial<LogEntry> = {}): LogEntry {
  return {
    step,
    loss: 1 / 3,
    losses: { mask: 1 / 3 },
    learningRate: 0.1,
    imagesPerSecond: 2,
    dataTime: 0.5,
    ...more,
  };
}

test('reads what was logged, unrounded, up to a line that was never finished', async () => {
  const file = path.join(tempFolder(), 'log.jsonl');
  const entries = [entry(1), entry(2, { validation: { AP_d: 0.25, AP_m: null } }), entry(3)];
  await writeFile(file, entries.map((each) => `${JSON.stringify(each)}\n`).join(''));
  expect(await readLog(file)).toEqual(entries);
  await appendFile(file, '{"step":4,"loss":0.');
  expect(await readLog(file)).toEqual(entries);
});

test('is empty where nothing was logged', async () => {
  expect(await readLog(path.join(tempFolder(), 'log.jsonl'))).toEqual([]);
});
