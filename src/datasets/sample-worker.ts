/** A thread that reads samples: `threadedSource` starts it with SampleSourceOptions. */
import { workerData } from 'node:worker_threads';
import { type SampleSourceOptions, sampleSource } from './sample-source.js';
import { answerRequests, pixelMemory } from './threads.js';

const options: SampleSourceOptions = workerData;
answerRequests(sampleSource(options).read, pixelMemory);
