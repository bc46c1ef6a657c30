import path from 'node:path';
import Table from 'cli-table3';
import type { Complexity } from '../../complexity/counter.js';
import type { ClassifierSummary, DetectorSummary } from '../../complexity/network-summary.js';
import type { MetricValue } from '../../metrics/metric-value.js';

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

interface Column {
  readonly group: string;
  readonly title: string;
  readonly cell: (network: ClassifierSummary) => string | undefined;
}

/** An absent figure. */
const dash = '–';
const whole = (value: number): string => value.toLocaleString('en-US');
const millions = (value: number, digits: number): string => `${(value / 1e6).toFixed(digits)} M`;
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const score = (figure: MetricValue): string => figure?.toFixed(2) ?? dash;

/** How far a counted figure is from the printed one. */
function deviation(counted: number, printed: number): string {
  const tenths = Math.round(1000 * (counted / printed - 1));
  const sign = tenths > 0 ? '+' : tenths < 0 ? '−' : '';
  return `${sign}${Math.abs(tenths / 10).toFixed(1)} %`;
}

const settingColumns: readonly Column[] = [
  { group: '', title: 'input', cell: ({ assumptions }) => assumptions.inputSize.join(' × ') },
  { group: '', title: 'outputs', cell: ({ assumptions }) => String(assumptions.outputs) },
];

const figureColumns: readonly Column[] = [
  { group: 'parameters', title: 'counted', cell: ({ parameters }) => whole(parameters) },
  {
    group: 'parameters',
    title: 'printed',
    cell: ({ published }) => published && millions(published.parameters, 2),
  },
  {
    group: 'parameters',
    title: '±',
    cell: ({ parameters, published }) => published && deviation(parameters, published.parameters),
  },
  { group: 'multiply-adds', title: 'counted', cell: ({ multiplyAdds }) => millions(multiplyAdds, 1) },
  {
    group: 'multiply-adds',
    title: 'printed',
    cell: ({ published }) => published && millions(published.multiplyAdds, 1),
  },
  {
    group: 'multiply-adds',
    title: '±',
    cell: ({ multiplyAdds, published }) => published && deviation(multiplyAdds, published.multiplyAdds),
  },
  { group: 'top-1', title: 'printed', cell: ({ published }) => published && percent(published.top1) },
  { group: 'top-1', title: 'measured', cell: ({ measured }) => measured && percent(measured.top1) },
  { group: 'NetScore', title: 'printed', cell: ({ published }) => published?.netScore.toFixed(2) },
  {
    group: 'NetScore',
    title: 'counted',
    cell: ({ published }) => published && score(published.netScoreOfCounts),
  },
  { group: 'NetScore', title: 'measured', cell: ({ measured }) => measured && score(measured.netScore) },
];

/**
 * Classifiers as the paper's Table 2 has them, as text for a terminal: a row a network, counted figures beside printed
 * ones, and those of runs. Columns without a figure are left out.
 */
export function classifierTable(networks: readonly ClassifierSummary[]): string {
  const columns = [...(haveOneSetting(networks) ? [] : settingColumns), ...figureColumns].filter(({ cell }) =>
    networks.some((network) => cell(network) !== undefined),
  );
  const table = new Table({
    colAligns: ['left', ...columns.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  const groups = [...new Set(columns.map(({ group }) => group))];
  const names = shortNames(networks.map(({ config }) => config));
  table.push([
    '',
    ...groups.map((content) => ({
      content,
      colSpan: columns.filter(({ group }) => group === content).length,
      hAlign: 'center' as const,
    })),
  ]);
  table.push(['network', ...columns.map(({ title }) => title)]);
  for (const [i, network] of networks.entries()) {
    table.push([names[i], ...columns.map(({ cell }) => cell(network) ?? dash)]);
  }
  return table.toString();
}

/** What the table's figures are, and where and why those that are counted differ from those that are printed. */
export function classifierNotes(networks: readonly ClassifierSummary[]): string {
  const comparesPrinted = networks.some(({ published }) => published);
  const runs = networks.flatMap(({ measured }) => measured?.run ?? []);
  const notes = settingNotes(networks);
  if (comparesPrinted) {
    notes.push('Printed: Table 2 of the paper. ±: how far the counted figure is from it.');
  }
  if (runs.length > 0) notes.push(`Measured: ${runs.join(', ')}.`);
  if (comparesPrinted || runs.length > 0) {
    notes.push(
      'NetScore: 20·log10(a²/√(p·m)), top-1 in percent, parameters in millions, multiply-adds in billions.',
    );
  }
  if (comparesPrinted)
    notes.push(
      '  Counted: of the printed top-1 and what is counted here; twice the multiply-adds make it lower by 3.',
    );
  return [...notes, ...differenceNotes(networks)].join('\n');
}

function settingNotes(networks: readonly ClassifierSummary[]): string[] {
  if (!haveOneSetting(networks)) return ['For one image.'];
  const [{ assumptions }] = networks;
  return [
    `For one image of ${assumptions.inputSize.join(' × ')} pixels, with ${assumptions.outputs} outputs.`,
  ];
}

/** Whether all networks have the same input and the same number of outputs. */
function haveOneSetting(networks: readonly ClassifierSummary[]): boolean {
  const settings = networks.map(({ assumptions: { inputSize, outputs } }) => [...inputSize, outputs].join());
  return new Set(settings).size === 1;
}

/** Why counted figures differ from printed ones, of those networks that are in the table (NOTES.md has the details). */
function differenceNotes(networks: readonly ClassifierSummary[]): string[] {
  const named = networks.map(({ published, ...counted }) => ({ name: published?.name ?? '', ...counted }));
  const attoNets = named.filter(({ name }) => name.startsWith('AttoNet'));
  const notes: string[] = [];
  if (attoNets.length > 0) {
    const without = attoNets.map(
      ({ name, multiplyAdds, shortcutMultiplyAdds }) =>
        `${name} ${millions(multiplyAdds - shortcutMultiplyAdds, 1)}`,
    );
    notes.push(
      '- AttoNets, parameters: a norm has two for each channel, scale and shift; with one there would be as many as printed.',
      '- AttoNets, multiply-adds: convolutions on shortcuts are counted. Without them there are fewer than printed:',
      `  ${[...new Set(without)].join(', ')}.`,
      '  No way of counting that was tried gives the printed ones.',
    );
  }
  if (named.some(({ name }) => name === 'ShuffleNet-V2')) {
    notes.push("- ShuffleNet-V2: counted is torchvision's 1.0×; the paper doesn't say what it counts.");
  }
  return notes.length > 0 ? ['Where they differ:', ...notes] : [];
}

/**
 * What to call networks in a table: their files' or folders' names without the path and the extension, or the whole paths
 * where names are alike. A run's weights file is called as the run.
 */
export function shortNames(files: readonly string[]): readonly string[] {
  const stems = files.map((file) => {
    const { dir, name } = path.parse(file);
    return name === 'weights' && dir !== '' ? path.basename(dir) : name;
  });
  return new Set(stems).size === stems.length ? stems : files;
}
