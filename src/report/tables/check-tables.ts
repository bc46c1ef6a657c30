import Table from 'cli-table3';
import type { Percentiles, SplitSummary } from '../../datasets/checks/summary.js';
import { type Finding, findingKinds, type Severity, severityOf } from '../../datasets/finding.js';

/** So many cases of a kind are written out. */
const shownCases = 5;
/** Length of the longest bar of a histogram, in characters. */
const barLength = 12;

const style = { head: [], border: [], compact: true };

/** The findings by their kinds, faults first, and the summary of the splits as text for a terminal. */
export function checkReport(findings: readonly Finding[], summary: readonly SplitSummary[]): string {
  return [
    ...describeFindings(findings),
    classTable(summary),
    sizeTable(summary),
    imageTable(summary),
    verdict(findings, summary),
  ].join('\n\n');
}

/** The findings by their kinds, a paragraph each. */
export function describeFindings(findings: readonly Finding[]): string[] {
  return Object.keys(findingKinds).flatMap((code) =>
    describeKind(findings.filter((each) => each.code === code)),
  );
}

/** The cases of a kind. */
function describeKind(cases: readonly Finding[]): string[] {
  const [first] = cases;
  if (!first) return [];
  const rest = cases.length - shownCases;
  return [
    [
      `${severityOf(first)} ${first.code}, ${findingKinds[first.code].title}: ${cases.length}`,
      ...cases.slice(0, shownCases).map(({ message }) => `- ${message}`),
      ...(rest > 0 ? [`… and ${rest} more; --json lists them all`] : []),
    ].join('\n'),
  ];
}

/** How many examples of each class there are, in how many images. */
function classTable(summary: readonly SplitSummary[]): string {
  const table = new Table({
    head: ['examples', ...summary.flatMap(({ split }) => [split, '', 'images'])],
    colAligns: ['left', ...summary.flatMap(() => ['right', 'left', 'right'] as const)],
    style,
  });
  const most = summary.map(({ classes }) => Math.max(...classes.map(({ examples }) => examples)));
  for (const [i, { name }] of (summary.at(0)?.classes ?? []).entries()) {
    table.push([
      name,
      ...summary.flatMap(({ classes }, split) => {
        const { examples, images } = classes[i];
        return [examples, bar(examples, most[split]), images];
      }),
    ]);
  }
  table.push(['total', ...summary.flatMap(({ examples, images }) => [examples, '', images])]);
  return table.toString();
}

/** How large the examples are. */
function sizeTable(summary: readonly SplitSummary[]): string {
  const table = new Table({
    head: ['examples by area', ...summary.flatMap(({ split }) => [split, ''])],
    colAligns: ['left', ...summary.flatMap(() => ['right', 'left'] as const)],
    style,
  });
  const rows = [
    ['small, up to 32² pixels', 'small'],
    ['medium, up to 96²', 'medium'],
    ['large', 'large'],
  ] as const;
  for (const [name, key] of rows) {
    table.push([
      name,
      ...summary.flatMap(({ sizes, examples }) => [
        sizes[key],
        `${bar(sizes[key], examples)} ${examples > 0 ? `${Math.round((100 * sizes[key]) / examples)} %` : ''}`,
      ]),
    ]);
  }
  return table.toString();
}

/** How the sides of examples and photographs are spread. */
function imageTable(summary: readonly SplitSummary[]): string {
  const keys = ['min', 'p10', 'p25', 'median', 'p75', 'p90', 'max'] as const;
  const table = new Table({
    head: ['pixels', '', 'min', '10 %', '25 %', 'median', '75 %', '90 %', 'max'],
    colAligns: ['left', 'left', ...keys.map(() => 'right' as const)],
    style,
  });
  const row = (name: string, split: string, spread: Percentiles | null) =>
    table.push([name, split, ...keys.map((key) => (spread ? Math.round(spread[key]) : '–'))]);
  for (const { split, exampleSides } of summary) row('√ area of examples', split, exampleSides);
  for (const { split, imageWidths } of summary) row('width of images', split, imageWidths);
  for (const { split, imageHeights } of summary) row('height of images', split, imageHeights);
  return table.toString();
}

function verdict(findings: readonly Finding[], summary: readonly SplitSummary[]): string {
  const splits = summary.map(({ split, images, imagesWithoutExamples, difficult, crowds, ignored }) => {
    const more = [
      [imagesWithoutExamples, 'without examples'],
      [difficult, 'difficult examples'],
      [crowds, 'crowds'],
      [ignored, 'objects of other classes'],
    ] as const;
    const parts = more.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []));
    return `${split}: ${[`${images} images`, ...parts].join(', ')}`;
  });
  const counted = (severity: Severity, name: string): string => {
    const count = findings.filter((finding) => severityOf(finding) === severity).length;
    return `${count} ${name}${count === 1 ? '' : 's'}`;
  };
  return `${splits.join('\n')}\n${counted('fault', 'fault')}, ${counted('warning', 'warning')}`;
}

/** A bar of a histogram, to the eighth of a character. */
function bar(count: number, most: number): string {
  const eighths = most > 0 ? Math.ceil((8 * barLength * count) / most) : 0;
  return '█'.repeat(eighths >> 3) + ' ▏▎▍▌▋▊▉'.charAt(eighths & 7).trim();
}

/** Findings and class counts of a classifier's data as text for a terminal. */
export function labeledCheckText(
  findings: readonly Finding[],
  summary: readonly {
    readonly split: string;
    readonly images: number;
    readonly classes: readonly { readonly name: string; readonly images: number }[];
  }[],
): string {
  const table = new Table({
    head: ['images', ...summary.map(({ split }) => split)],
    colAligns: ['left', ...summary.map(() => 'right' as const)],
    style,
  });
  for (const [i, { name }] of (summary.at(0)?.classes ?? []).entries()) {
    table.push([name, ...summary.map(({ classes }) => classes[i].images)]);
  }
  table.push(['total', ...summary.map(({ images }) => images)]);
  const verdict = `${findings.length} fault${findings.length === 1 ? '' : 's'}`;
  return [...describeFindings(findings), table.toString(), verdict].join('\n\n');
}
