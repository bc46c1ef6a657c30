import { SingleBar } from 'cli-progress';

/**
 * Progress of a command on standard error: a bar on a terminal, a line now and then elsewhere. One label is shown at a
 * time; showing another one ends the bar before it.
 */
export interface TerminalProgress {
  /** @param detail text behind the bar, such as the losses */
  show(label: string, done: number, total: number, detail?: string): void;
  /** Prints a line, above which no bar remains. */
  say(text: string): void;
  /** Removes the bar from the terminal; showing goes on afterwards. */
  end(): void;
}

export function terminalProgress(): TerminalProgress {
  const display = process.stderr.isTTY ? bars() : lines();
  return {
    ...display,
    say: (text) => {
      display.end();
      console.error(text);
    },
  };
}

type Display = Pick<TerminalProgress, 'show' | 'end'>;

function bars(): Display {
  let shown: { readonly label: string; readonly bar: SingleBar; readonly clock: Clock } | undefined;
  const end = (): void => {
    shown?.bar.stop();
    shown = undefined;
  };
  const clocks = clockOfLabel();
  return {
    end,
    show: (label, done, total, detail = '') => {
      if (shown?.label === label) {
        shown.bar.update(done, { detail, remaining: shown.clock(done, total) });
        return;
      }
      end();
      const bar = new SingleBar({
        format: `${label} |{bar}| {value}/{total}  ETA {remaining}  {detail}`,
        barsize: 24,
        hideCursor: true,
        clearOnComplete: true,
        stopOnComplete: false,
        stream: process.stderr,
      });
      const clock = clocks(label);
      bar.start(total, done, { detail, remaining: clock(done, total) });
      shown = { label, bar, clock };
    },
  };
}

/** Seconds between two lines of a label. */
const lineInterval = 15;

function lines(): Display {
  const clocks = clockOfLabel();
  const printed = new Map<string, { readonly at: number; readonly done: number }>();
  return {
    end: () => {},
    show: (label, done, total, detail = '') => {
      const remaining = clocks(label)(done, total);
      const now = performance.now() / 1000;
      const last = printed.get(label);
      // Rounded numbers may reach the total several times.
      if (last && (last.done === done || (now - last.at < lineInterval && done < total))) return;
      printed.set(label, { at: now, done });
      console.error([`${label} ${done}/${total}`, `ETA ${remaining}`, detail].filter(Boolean).join('  '));
    },
  };
}

/** Estimates the remaining time. */
type Clock = (done: number, total: number) => string;

/** A clock for each label, which goes on when the label comes back. */
function clockOfLabel(): (label: string) => Clock {
  const clocks = new Map<string, Clock>();
  return (label) => {
    const clock = clocks.get(label) ?? remainingTime();
    clocks.set(label, clock);
    return clock;
  };
}

/** Estimates the remaining time from the pace since the first call. */
function remainingTime(): Clock {
  let first: { time: number; done: number } | undefined;
  return (done, total) => {
    const time = performance.now();
    first ??= { time, done };
    if (done === first.done) return '–';
    return duration((((time - first.time) / (done - first.done)) * (total - done)) / 1000);
  };
}

/** A duration as text: 7 s, 3:20 min or 1:05 h. */
export function duration(seconds: number): string {
  const rounded = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (rounded < 60) return `${rounded} s`;
  if (rounded < 3600) return `${Math.floor(rounded / 60)}:${two(rounded % 60)} min`;
  return `${Math.floor(rounded / 3600)}:${two(Math.floor((rounded % 3600) / 60))} h`;
}
