import { createRequire } from 'node:module';
import { parentPort, Worker } from 'node:worker_threads';
// A native library that only a thread has loaded is unloaded when the thread ends; libvips doesn't survive that.
import 'sharp';
import { messageOf, UserError } from '../../errors.js';
import type { RgbImage } from '../sample.js';
import type { Source } from './read-ahead.js';

/** What a thread is asked. */
interface Job<Request> {
  readonly job: number;
  readonly request: Request;
}

/** What it answers, under the same number. */
type Outcome<Answer> = { readonly job: number } & (
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'user-error'; readonly message: string }
  | { readonly kind: 'error'; readonly error: unknown }
);

interface PendingJob<Answer> {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Reads in `count` threads of their own. Requests go to the threads in turn when they are made, so the threads work on
 * while the caller's is blocked by the engine.
 *
 * @param module what the threads run, by its name in package.json's imports; it calls {@link answerRequests}
 * @param options what it finds as its `workerData`
 */
export function threadedSource<Request, Answer>(
  module: '#sample-worker' | '#facts-worker' | '#labeled-worker',
  options: unknown,
  count: number,
): Source<Request, Answer> {
  const file = createRequire(import.meta.url).resolve(module);
  const threads = Array.from({ length: count }, () => startThread<Request, Answer>(file, options));
  let made = 0;
  return {
    read: (request) => threads[made++ % count].read(request),
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function startThread<Request, Answer>(file: string, options: unknown): Source<Request, Answer> {
  const worker = new Worker(file, { workerData: options });
  const pending = new Map<number, PendingJob<Answer>>();
  let jobs = 0;
  let ended: Error | undefined;

  const end = (reason: Error): void => {
    ended ??= reason;
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };
  worker.on('message', (outcome: Outcome<Answer>) => {
    const job = pending.get(outcome.job);
    pending.delete(outcome.job);
    if (outcome.kind === 'answer') job?.resolve(outcome.answer);
    else job?.reject(outcome.kind === 'user-error' ? new UserError(outcome.message) : outcome.error);
  });
  worker.on('messageerror', end);
  worker.on('error', (error) => {
    end(new Error(`A thread that reads images broke down: ${messageOf(error)}`, { cause: error }));
  });
  worker.on('exit', (code) => end(new Error(`A thread that reads images ended by itself (code ${code})`)));

  return {
    read(request) {
      if (ended) return Promise.reject(ended);
      return new Promise<Answer>((resolve, reject) => {
        const job = jobs++;
        pending.set(job, { resolve, reject });
        worker.postMessage({ job, request } satisfies Job<Request>);
      });
    },
    async close() {
      end(new Error('The loader was closed'));
      await worker.terminate();
    },
  };
}

/**
 * Answers what a thread is asked, in the thread.
 *
 * @param transferred the memory of an answer that is handed over instead of copied
 */
export function answerRequests<Request, Answer>(
  read: (request: Request) => Promise<Answer>,
  transferred: (answer: Answer) => ArrayBuffer[] = () => [],
): void {
  const port = parentPort;
  port?.on('message', async ({ job, request }: Job<Request>) => {
    const respond = (outcome: Outcome<Answer>, memory: ArrayBuffer[] = []) =>
      port.postMessage(outcome, memory);
    try {
      const answer = await read(request);
      respond({ job, kind: 'answer', answer }, transferred(answer));
    } catch (error) {
      if (error instanceof UserError) respond({ job, kind: 'user-error', message: error.message });
      else respond({ job, kind: 'error', error });
    }
  });
}

/** The memory of an image's pixels, to be handed over. */
export function pixelMemory({ image: { data } }: { readonly image: RgbImage }): ArrayBuffer[] {
  return data.buffer instanceof ArrayBuffer ? [data.buffer] : [];
}
