import Table from 'cli-table3';

/** Each round's time, and the process's peak memory where it is known. */
export interface Measured {
  readonly seconds: readonly number[];
  readonly megabytes?: number;
}

export interface Row {
  readonly name: string;
  readonly ours: Measured;
  /** torchvision's, by name: eager float32 and, with bf16, autocast. */
  readonly peers: Readonly<Record<string, Measured>>;
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
};

/** Medians, and those of the rounds' ratios of ours to theirs. */
export function asTable(rows: readonly Row[]): string {
  const peers = [...new Set(rows.flatMap((row) => Object.keys(row.peers)))];
  const table = new Table({
    head: [
      '',
      's',
      'min … max',
      'MB',
      ...peers.flatMap((name) => [`${name}: s`, 'min … max', 'MB', 'ratio', 'memory']),
    ],
    colAligns: ['left', ...Array.from({ length: 3 + 5 * peers.length }, () => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, ours, peers: beside } of rows) {
    const others = peers.flatMap((peer) => {
      const theirs = beside[peer];
      if (!theirs) return ['', '', '', '', ''];
      const ratios = ours.seconds.map((seconds, round) => seconds / theirs.seconds[round]);
      const memory = ours.megabytes && theirs.megabytes && ours.megabytes / theirs.megabytes;
      return [...figures(theirs), median(ratios).toFixed(2), memory?.toFixed(2) ?? ''];
    });
    table.push([name, ...figures(ours), ...others]);
  }
  return table.toString();
}

function figures({ seconds, megabytes }: Measured): string[] {
  const digits = Math.max(...seconds) < 0.1 ? 4 : 2;
  const [low, high] = [Math.min(...seconds), Math.max(...seconds)].map((value) => value.toFixed(digits));
  return [median(seconds).toFixed(digits + 1), `${low} … ${high}`, megabytes?.toFixed(0) ?? ''];
}
