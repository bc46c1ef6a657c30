import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
// A native library that only a thread has loaded is unloaded when the thread ends; libvips doesn't survive that.
import 'sharp';
import { messageOf, UserError } from '../errors.js';
import type { Sample } from './sample.js';
import type { SampleRequest, SampleSource, SourceOptions } from './sample-source.js';

/** What a thread is asked. */
export interface SampleJob {
  readonly job: number;
  readonly request: SampleRequest;
}

/** What it answers, under the same number. */
export type SampleAnswer = { readonly job: number } & (
  | { readonly kind: 'sample'; readonly sample: Sample }
  | { readonly kind: 'user-error'; readonly message: string }
  | { readonly kind: 'error'; readonly error: unknown }
);

interface PendingJob {
  resolve(sample: Sample): void;
  reject(error: unknown): void;
}

/**
 * Reads samples in `count` threads of their own. Requests go to the threads in turn when they are made, so the threads
 * work on while the caller's is blocked by the engine.
 */
export function threadedSource(options: SourceOptions, count: number): SampleSource {
  const file = createRequire(import.meta.url).resolve('#sample-worker');
  const threads = Array.from({ length: count }, () => startThread(file, options));
  let made = 0;
  return {
    read: (request) => threads[made++ % count].read(request),
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function startThread(file: string, options: SourceOptions): SampleSource {
  const worker = new Worker(file, { workerData: options });
  const pending = new Map<number, PendingJob>();
  let jobs = 0;
  let ended: Error | undefined;

  const end = (reason: Error): void => {
    ended ??= reason;
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };
  worker.on('message', (answer: SampleAnswer) => {
    const job = pending.get(answer.job);
    pending.delete(answer.job);
    if (answer.kind === 'sample') job?.resolve(answer.sample);
    else job?.reject(answer.kind === 'user-error' ? new UserError(answer.message) : answer.error);
  });
  worker.on('messageerror', end);
  worker.on('error', (error) => {
    end(new Error(`A thread that reads images broke down: ${messageOf(error)}`, { cause: error }));
  });
  worker.on('exit', (code) => end(new Error(`A thread that reads images ended by itself (code ${code})`)));

  return {
    read(request) {
      if (ended) return Promise.reject(ended);
      return new Promise<Sample>((resolve, reject) => {
        const job = jobs++;
        pending.set(job, { resolve, reject });
        worker.postMessage({ job, request } satisfies SampleJob);
      });
    },
    async close() {
      end(new Error('The loader was closed'));
      await worker.terminate();
    },
  };
}
