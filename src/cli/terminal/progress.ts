import { SingleBar } from 'cli-progress';

/** Shows on standard error how far something long has come: a bar on a terminal, now and then a line elsewhere. */
export interface ProgressDisplay {
  /** @param detail what stands behind the bar, such as the losses */
  show(done: number, total: number, detail?: string): void;
  /** Takes the bar off the terminal's last line; may be called again. */
  end(): void;
}

/** Seconds between lines where there is no terminal. */
const lineInterval = 15;

/** @param label what is going on, such as `Training` */
export function showProgress(label: string): ProgressDisplay {
  return process.stderr.isTTY ? bar(label) : lines(label);
}

function bar(label: string): ProgressDisplay {
  const single = new SingleBar({
    format: `${label} |{bar}| {value}/{total}  ETA {remaining}  {detail}`,
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    stream: process.stderr,
  });
  const clock = remainingTime();
  let running = false;
  return {
    show: (done, total, detail = '') => {
      const payload = { detail, remaining: clock(done, total) };
      if (running) {
        single.update(done, payload);
      } else {
        single.start(total, done, payload);
        running = true;
      }
    },
    end: () => {
      if (running) single.stop();
      running = false;
    },
  };
}

function lines(label: string): ProgressDisplay {
  const clock = remainingTime();
  let printed = Number.NEGATIVE_INFINITY;
  return {
    show: (done, total, detail = '') => {
      const remaining = clock(done, total);
      const now = performance.now() / 1000;
      if (now - printed < lineInterval && done < total) return;
      printed = now;
      console.error([`${label} ${done}/${total}`, `ETA ${remaining}`, detail].filter(Boolean).join('  '));
    },
    end: () => {},
  };
}

/** Estimates the time that is left from the pace since the first call. */
function remainingTime(): (done: number, total: number) => string {
  let first: { time: number; done: number } | undefined;
  return (done, total) => {
    const time = performance.now();
    first ??= { time, done };
    if (done === first.done) return '–';
    return duration((((time - first.time) / (done - first.done)) * (total - done)) / 1000);
  };
}

/** 7 s, 3:20 min or 1:05 h. */
export function duration(seconds: number): string {
  const rounded = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (rounded < 60) return `${rounded} s`;
  if (rounded < 3600) return `${Math.floor(rounded / 60)}:${two(rounded % 60)} min`;
  return `${Math.floor(rounded / 3600)}:${two(Math.floor((rounded % 3600) / 60))} h`;
}
