/** Follows something long: called with the number of items done and of all. */
export type ProgressListener = (done: number, total: number) => void;
