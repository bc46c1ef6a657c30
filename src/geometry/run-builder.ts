import type { ImageSize } from './image-size.js';
import type { RunLengthMask } from './run-length-mask.js';

/** Makes a mask of stretches of pixels inside, given by rising position in the order of {@link RunLengthMask}. */
export class RunBuilder {
  readonly #counts: number[] = [];
  #start = 0;
  #end = 0;
  #last = 0;

  /** Adds the pixels from position `start` to `end` − 1. Stretches that touch become one run. */
  add(start: number, end: number): void {
    if (start !== this.#end || this.#end === this.#start) {
      this.#closeRun();
      this.#start = start;
    }
    this.#end = end;
  }

  finish({ height, width }: ImageSize): RunLengthMask {
    this.#closeRun();
    const total = height * width;
    if (this.#last < total || this.#counts.length === 0) this.#counts.push(total - this.#last);
    return { height, width, counts: Uint32Array.from(this.#counts) };
  }

  #closeRun(): void {
    if (this.#end === this.#start) return;
    this.#counts.push(this.#start - this.#last, this.#end - this.#start);
    this.#last = this.#end;
  }
}
