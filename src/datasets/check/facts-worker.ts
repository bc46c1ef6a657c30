/** A thread that reads images for checks: `threadedSource` starts it with a config's data. */
import { workerData } from 'node:worker_threads';
import type { DataConfig } from '../../config/schema.js';
import { answerRequests } from '../threads.js';
import { factsSource } from './facts-source.js';

const data: DataConfig = workerData;
answerRequests(factsSource(data).read);
