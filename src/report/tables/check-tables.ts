import type { Percentiles, SplitSummary } from '../../datasets/checks/summary.js';
import { type Finding, findingKinds, type Severity, severityOf } from '../../datasets/finding.js';
import { settingsFor } from '../../datasets/left-out.js';
import { textTable } from './text-table.js';

/** Greatest number of cases of a kind that are written out. */
const shownCases = 5;
/** Length of the longest bar of a histogram, in characters. */
const barLength = 12;

/** Findings by their kinds, faults first, and a summary of the splits as text for a terminal. */
export function checkReport(findings: readonly Finding[], summary: readonly SplitSummary[]): string {
  return [
    ...describeFindings(findings),
    ...settingsFor(findings),
    classTable(summary),
    sizeTable(summary),
    imageTable(summary),
    verdict(findings, summary),
  ].join('\n\n');
}

/** Findings by their kinds, a paragraph each. */
function describeFindings(findings: readonly Finding[]): string[] {
  return Object.keys(findingKinds).flatMap((code) =>
    describeKind(findings.filter((each) => each.code === code)),
  );
}

/** Cases of a kind. */
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

/** Numbers of examples of each class, and of images with them. */
function classTable(summary: readonly SplitSummary[]): string {
  const most = summary.map(({ classes }) => Math.max(...classes.map(({ examples }) => examples)));
  return textTable({
    head: ['examples', ...summary.flatMap(({ split }) => [split, '', 'images'])],
    align: ['left', ...summary.flatMap(() => ['right', 'left', 'right'] as const)],
    rows: [
      ...(summary.at(0)?.classes ?? []).map(({ name }, i) => [
        name,
        ...summary.flatMap(({ classes }, split) => {
          const { examples, images } = classes[i];
          return [examples, bar(examples, most[split]), images];
        }),
      ]),
      ['total', ...summary.flatMap(({ examples, images }) => [examples, '', images])],
    ],
  });
}

/** Numbers of examples by size. */
function sizeTable(summary: readonly SplitSummary[]): string {
  const sizes = [
    ['small, up to 32² pixels', 'small'],
    ['medium, up to 96²', 'medium'],
    ['large', 'large'],
  ] as const;
  return textTable({
    head: ['examples by area', ...summary.flatMap(({ split }) => [split, ''])],
    align: ['left', ...summary.flatMap(() => ['right', 'left'] as const)],
    rows: sizes.map(([name, key]) => [
      name,
      ...summary.flatMap(({ sizes: { [key]: own }, examples }) => [
        own,
        `${bar(own, examples)} ${examples > 0 ? `${Math.round((100 * own) / examples)} %` : ''}`,
      ]),
    ]),
  });
}

/** Percentiles of the sides of examples and images. */
function imageTable(summary: readonly SplitSummary[]): string {
  const keys = ['min', 'p10', 'p25', 'median', 'p75', 'p90', 'max'] as const;
  const row = (name: string, split: string, spread: Percentiles | null) => [
    name,
    split,
    ...keys.map((key) => (spread ? Math.round(spread[key]) : '–')),
  ];
  return textTable({
    head: ['pixels', '', 'min', '10 %', '25 %', 'median', '75 %', '90 %', 'max'],
    align: ['left', 'left', ...keys.map(() => 'right' as const)],
    rows: [
      ...summary.map(({ split, exampleSides }) => row('√ area of examples', split, exampleSides)),
      ...summary.map(({ split, imageWidths }) => row('width of images', split, imageWidths)),
      ...summary.map(({ split, imageHeights }) => row('height of images', split, imageHeights)),
    ],
  });
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
  const notices = [...summary.flatMap((split) => split.notices), ...splits];
  return `${notices.join('\n')}\n${counted('fault', 'fault')}, ${counted('warning', 'warning')}`;
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
  const table = textTable({
    head: ['images', ...summary.map(({ split }) => split)],
    align: ['left', ...summary.map(() => 'right' as const)],
    rows: [
      ...(summary.at(0)?.classes ?? []).map(({ name }, i) => [
        name,
        ...summary.map(({ classes }) => classes[i].images),
      ]),
      ['total', ...summary.map(({ images }) => images)],
    ],
  });
  const verdict = `${findings.length} fault${findings.length === 1 ? '' : 's'}`;
  return [...describeFindings(findings), table, verdict].join('\n\n');
}
