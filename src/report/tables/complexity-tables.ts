import path from 'node:path';
import type { Complexity } from '../../complexity/counter.js';
import type { ClassifierSummary, DetectorSummary } from '../../complexity/network-summary.js';
import type { MetricValue } from '../../metrics/metric-value.js';
import { spanningCell, textTable } from './text-table.js';

/**
 * Parameters and multiply-adds of detectors as text for a terminal, side by side and part by part. Of several, the last
 * row gives each one's totals as multiples of the first one's.
 */
export function complexityTable(networks: readonly DetectorSummary[]): string {
  const overBoth = (name: string, contents: readonly (string | number)[]) => [
    name,
    ...contents.map((content) => spanningCell(content, 2)),
  ];
  const assumptions = networks.map((network) => network.assumptions);
  const inputs = assumptions.map(({ inputSize }) => inputSize.join(' × '));
  const padded = assumptions.map(({ paddedSize }) => paddedSize.join(' × '));
  const format = multiplyAddsFormat(networks);
  const costs = ({ parameters, multiplyAdds }: Omit<Complexity, 'parts'>): string[] => [
    whole(parameters),
    format(multiplyAdds),
  ];
  const partNames = [...new Set(networks.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  const partRow = (name: string) => [
    name,
    ...networks.flatMap(({ parts }) => {
      const part = parts.find((other) => other.name === name);
      return part ? costs(part) : [dash, dash];
    }),
  ];
  const [first] = networks;
  const ratio = (value: number, reference: number): string => `${(value / reference).toFixed(2)} ×`;
  const ratios = networks.flatMap(({ parameters, multiplyAdds }) => [
    ratio(parameters, first.parameters),
    ratio(multiplyAdds, first.multiplyAdds),
  ]);
  return textTable({
    align: ['left', ...networks.flatMap(() => ['right', 'right'] as const)],
    rows: [
      overBoth('', shortNames(networks.map(({ config }) => config))),
      overBoth('input', inputs),
      ...(padded.join() === inputs.join() ? [] : [overBoth('  padded to', padded)]),
      overBoth(
        'classes',
        assumptions.map(({ classes }) => classes),
      ),
      ['part', ...networks.flatMap(() => ['parameters', 'multiply-adds'])],
      ...partNames.map(partRow),
      ['total', ...networks.flatMap(costs)],
      ...(networks.length > 1 ? [['ratio to the first', ...ratios]] : []),
    ],
  });
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

/** An absent value. */
const dash = '–';
const whole = (value: number): string => value.toLocaleString('en-US');
const millions = (value: number, digits: number): string => `${(value / 1e6).toFixed(digits)} M`;
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const score = (value: MetricValue): string => value?.toFixed(2) ?? dash;

/** Deviation of a counted value from the printed one. */
function deviation(counted: number, printed: number): string {
  const tenths = Math.round(1000 * (counted / printed - 1));
  const sign = tenths > 0 ? '+' : tenths < 0 ? '−' : '';
  return `${sign}${Math.abs(tenths / 10).toFixed(1)} %`;
}

const settingColumns: readonly Column[] = [
  { group: '', title: 'input', cell: ({ assumptions }) => assumptions.inputSize.join(' × ') },
  { group: '', title: 'outputs', cell: ({ assumptions }) => String(assumptions.outputs) },
];

const valueColumns: readonly Column[] = [
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
 * Classifiers as the paper's Table 2 has them, as text for a terminal: a row for each network, with counted values beside
 * printed ones and those of runs. Columns without a value are left out.
 */
export function classifierTable(networks: readonly ClassifierSummary[]): string {
  const columns = [...(haveOneSetting(networks) ? [] : settingColumns), ...valueColumns].filter(({ cell }) =>
    networks.some((network) => cell(network) !== undefined),
  );
  const groups = [...new Set(columns.map(({ group }) => group))];
  const sizeOf = (group: string) => columns.filter((column) => column.group === group).length;
  const names = shortNames(networks.map(({ config }) => config));
  return textTable({
    align: ['left', ...columns.map(() => 'right' as const)],
    rows: [
      ['', ...groups.map((group) => spanningCell(group, sizeOf(group)))],
      ['network', ...columns.map(({ title }) => title)],
      ...networks.map((network, i) => [names[i], ...columns.map(({ cell }) => cell(network) ?? dash)]),
    ],
  });
}

/** Notes on the table's values: their origin, and the differences between counted and printed ones. */
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

/** Reasons why counted values differ from printed ones, for the networks in the table (NOTES.md has the details). */
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
 * Names of networks in a table: their files' or folders' names without path and extension, or whole paths where names are
 * alike. A run's weights file has the name of the run.
 */
function shortNames(files: readonly string[]): readonly string[] {
  const stems = files.map((file) => {
    const { dir, name } = path.parse(file);
    return name === 'weights' && dir !== '' ? path.basename(dir) : name;
  });
  return new Set(stems).size === stems.length ? stems : files;
}
