import { createRequire } from 'node:module';
import { parentPort, Worker } from 'node:worker_threads';
// A native library that only a thread has loaded is unloaded when the thread ends; libvips doesn't survive that.
import 'sharp';
import { messageOf, UserError } from '../../errors.js';
import type { DataSettings } from '../dataset-format.js';
import type { Purpose, RgbImage } from '../sample.js';
import type { Source } from './read-ahead.js';

/** Work of a reading thread. */
export type ThreadTask =
  | (FormatTask & {
      readonly kind: 'samples';
      readonly classes: readonly string[];
      readonly purpose: Purpose;
    })
  | (FormatTask & { readonly kind: 'facts'; readonly thorough: boolean })
  | { readonly kind: 'labeled'; readonly root: string };

/** Reading by a format, which the thread finds by the name that the data section has. */
interface FormatTask {
  readonly data: DataSettings;
  /** The module that registers the format, imported first; undefined for those that come with the project. */
  readonly module: string | undefined;
}

/** A question to a thread. */
interface Job<Request> {
  readonly job: number;
  readonly request: Request;
}

/** Its answer, under the same number. */
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
 * @param task what the threads read; its kind decides what requests and answers are
 */
export function threadedSource<Request, Answer>(task: ThreadTask, count: number): Source<Request, Answer> {
  const file = createRequire(import.meta.url).resolve('#reading-thread');
  const threads = Array.from({ length: count }, () => startThread<Request, Answer>(file, task));
  let made = 0;
  return {
    read: (request) => threads[made++ % count].read(request),
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function startThread<Request, Answer>(file: string, task: ThreadTask): Source<Request, Answer> {
  const worker = new Worker(file, { workerData: task });
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
