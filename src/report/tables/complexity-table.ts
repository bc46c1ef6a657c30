import Table from 'cli-table3';
import type { Complexity } from '../../complexity/complexity.js';
import { shortNames } from './network-names.js';

/** A detector's complexity with what it was counted for. */
export interface DetectorSummary extends Complexity {
  /** The config's file, the run's folder or the weights file. */
  readonly config: string;
  readonly assumptions: {
    /** Height and width of the network's input. */
    readonly inputSize: readonly number[];
    /** As the network pads it. */
    readonly paddedSize: readonly number[];
    /** Without background. */
    readonly classes: number;
  };
}

/**
 * Parameters and multiply-adds of detectors as text for a terminal, side by side and part by part; where there are
 * several, the last row gives each one's totals as multiples of the first one's.
 */
export function complexityTable(networks: readonly DetectorSummary[]): string {
  const table = new Table({
    colAligns: ['left', ...networks.flatMap(() => ['right', 'right'] as const)],
    style: { head: [], border: [], compact: true },
  });
  const rowOfNetworks = (name: string, contents: readonly (string | number)[]): void => {
    table.push([name, ...contents.map((content) => ({ content, colSpan: 2, hAlign: 'center' as const }))]);
  };
  const assumptions = networks.map((network) => network.assumptions);
  const inputs = assumptions.map(({ inputSize }) => inputSize.join(' × '));
  const padded = assumptions.map(({ paddedSize }) => paddedSize.join(' × '));
  rowOfNetworks('', shortNames(networks.map(({ config }) => config)));
  rowOfNetworks('input', inputs);
  if (padded.join() !== inputs.join()) rowOfNetworks('  padded to', padded);
  rowOfNetworks(
    'classes',
    assumptions.map(({ classes }) => classes),
  );

  const format = multiplyAddsFormat(networks);
  const costs = ({ parameters, multiplyAdds }: Omit<Complexity, 'parts'>): string[] => [
    parameters.toLocaleString('en-US'),
    format(multiplyAdds),
  ];
  table.push(['part', ...networks.flatMap(() => ['parameters', 'multiply-adds'])]);
  for (const name of new Set(networks.flatMap(({ parts }) => parts.map((part) => part.name)))) {
    const cells = networks.flatMap(({ parts }) => {
      const part = parts.find((other) => other.name === name);
      return part ? costs(part) : ['–', '–'];
    });
    table.push([name, ...cells]);
  }
  table.push(['total', ...networks.flatMap(costs)]);
  if (networks.length > 1) {
    const [first] = networks;
    const ratio = (value: number, reference: number): string => `${(value / reference).toFixed(2)} ×`;
    const ratios = networks.flatMap(({ parameters, multiplyAdds }) => [
      ratio(parameters, first.parameters),
      ratio(multiplyAdds, first.multiplyAdds),
    ]);
    table.push(['ratio to the first', ...ratios]);
  }
  return table.toString();
}

/** Billions with two decimals, or where all networks are small, millions with one. */
function multiplyAddsFormat(networks: readonly Complexity[]): (value: number) => string {
  const [unit, name, digits] = networks.every(({ multiplyAdds }) => multiplyAdds < 1e10)
    ? [1e6, 'M', 1]
    : [1e9, 'G', 2];
  const decimals = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return (value) => `${(value / unit).toLocaleString('en-US', decimals)} ${name}`;
}
