/** A thread that reads a classifier's images: `threadedSource` starts it with LabeledSourceOptions. */
import { workerData } from 'node:worker_threads';
import { answerRequests, pixelMemory } from '../loading/threads.js';
import { type LabeledSourceOptions, labeledSource } from './source.js';

const options: LabeledSourceOptions = workerData;
answerRequests(labeledSource(options).read, pixelMemory);
