/** A thread that reads samples: `threadedSource` starts it with SampleSourceOptions. */
import { workerData } from 'node:worker_threads';
import { answerRequests, pixelMemory } from './loading/threads.js';
import { type SampleSourceOptions, sampleSource } from './sample-source.js';

const options: SampleSourceOptions = workerData;
answerRequests(sampleSource(options).read, pixelMemory);
