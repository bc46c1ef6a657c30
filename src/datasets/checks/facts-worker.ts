/** A thread that reads images for checks: `threadedSource` starts it with FactsOptions. */
import { workerData } from 'node:worker_threads';
import { answerRequests } from '../loading/threads.js';
import { type FactsOptions, factsSource } from './facts-source.js';

const options: FactsOptions = workerData;
answerRequests(factsSource(options).read);
