/** A reader: this thread or others. */
export interface Source<Request, Answer> {
  read(request: Request): Promise<Answer>;
  /** Ends the threads, if there are any, also in the middle of their work; what isn't read yet is rejected. */
  close(): Promise<void>;
}

/** A sequence of what is read. */
export interface Loader<Answer> {
  /** The next one. Rejects where the source does; the call after that goes on with the next position. */
  next(): Promise<Answer>;
  /** Ends the threads, also in the middle of their work. */
  close(): Promise<void>;
}

/**
 * Number of samples to read ahead of the consumer, so that the next step's are ready while one goes on, and a thread
 * decodes an image while it looks at the objects of another.
 */
export function samplesAhead(samplesPerStep: number, workers: number): number {
  return 2 * (samplesPerStep + workers);
}

/**
 * Delivers the answers to a sequence of requests in their order, keeping at most `ahead` of them in the making or
 * waiting.
 *
 * @param request the n-th request.
 * @param count number of requests, and of calls of `next`.
 */
export function readAhead<Request, Answer>(
  request: (n: number) => Request,
  count: number,
  source: Source<Request, Answer>,
  ahead: number,
): Loader<Answer> {
  const waiting: Promise<Answer>[] = [];
  let requested = 0;
  let delivered = 0;
  const readOne = (): Promise<Answer> => {
    const answer = source.read(request(requested++));
    // A failure is the consumer's to handle, when its turn comes.
    answer.catch(() => {});
    return answer;
  };
  const readMore = (): void => {
    while (requested < count && requested - delivered < ahead) waiting.push(readOne());
  };
  readMore();
  return {
    async next() {
      const answer = waiting.shift() ?? readOne();
      try {
        return await answer;
      } finally {
        delivered++;
        readMore();
      }
    },
    close: () => source.close(),
  };
}
