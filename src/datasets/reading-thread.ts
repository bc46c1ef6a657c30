/** A thread that reads images: `threadedSource` starts it with a ThreadTask. */
import { workerData } from 'node:worker_threads';
import { factsSource } from './checks/facts.js';
import { detectionFormat } from './formats.js';
import { labeledSource } from './loading/labeled-loader.js';
import { sampleSource } from './loading/loader.js';
import { answerRequests, pixelMemory, type ThreadTask } from './loading/threads.js';

const task: ThreadTask = workerData;
if (task.kind !== 'labeled' && task.module !== undefined) await import(task.module);
switch (task.kind) {
  case 'samples': {
    const reader = detectionFormat(task.data).detection.reader(task.data, false);
    answerRequests(sampleSource(reader, task.classes, task.purpose).read, pixelMemory);
    break;
  }
  case 'facts': {
    const reader = detectionFormat(task.data).detection.reader(task.data, task.thorough);
    answerRequests(factsSource(reader).read);
    break;
  }
  case 'labeled':
    answerRequests(labeledSource(task.root).read, pixelMemory);
}
