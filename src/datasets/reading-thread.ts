/** A thread that reads images: `threadedSource` starts it with a ThreadTask. */
import { workerData } from 'node:worker_threads';
import { createJiti } from 'jiti';
import { factsSource } from './checks/facts.js';
import { detectionFormat } from './formats.js';
import { readerOf } from './left-out.js';
import { labeledSource } from './loading/labeled-loader.js';
import { sampleSource } from './loading/loader.js';
import { answerRequests, pixelMemory, type ThreadTask } from './loading/threads.js';

const task: ThreadTask = workerData;
// As configs are read, so that a format may be in TypeScript like the config that registers it.
if (task.kind !== 'labeled' && task.module !== undefined)
  await createJiti(import.meta.url).import(task.module);
switch (task.kind) {
  case 'samples': {
    const reader = readerOf({ format: detectionFormat(task.data), data: task.data }, false);
    answerRequests(sampleSource(reader, task.classes, task.purpose).read, ({ sample }) =>
      sample ? pixelMemory(sample) : [],
    );
    break;
  }
  case 'facts': {
    const reader = readerOf({ format: detectionFormat(task.data), data: task.data }, task.thorough);
    answerRequests(factsSource(reader).read);
    break;
  }
  case 'labeled':
    answerRequests(labeledSource(task.root).read, pixelMemory);
}
