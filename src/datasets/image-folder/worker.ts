/** A thread that reads a classifier's images: `threadedSource` starts it with LabelledSourceOptions. */
import { workerData } from 'node:worker_threads';
import { answerRequests, pixelMemory } from '../threads.js';
import { type LabelledSourceOptions, labelledSource } from './source.js';

const options: LabelledSourceOptions = workerData;
answerRequests(labelledSource(options).read, pixelMemory);
