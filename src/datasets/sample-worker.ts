/** A thread that reads samples: `threadedSource` starts it with SourceOptions and sends it jobs. */
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../errors.js';
import { inlineSource, type SourceOptions } from './sample-source.js';
import type { SampleAnswer, SampleJob } from './sample-threads.js';

const options: SourceOptions = workerData;
const source = inlineSource(options);

parentPort?.on('message', async ({ job, request }: SampleJob) => {
  try {
    const sample = await source.read(request);
    const { buffer } = sample.image.data;
    answer({ job, kind: 'sample', sample }, buffer instanceof ArrayBuffer ? [buffer] : []);
  } catch (error) {
    if (error instanceof UserError) answer({ job, kind: 'user-error', message: error.message });
    else answer({ job, kind: 'error', error });
  }
});

function answer(message: SampleAnswer, transferred: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transferred);
}
