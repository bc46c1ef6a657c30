import { availableParallelism } from 'node:os';
import { UserError } from '../errors.js';
import { checkImages, checkSplits } from './checks/common.js';
import { type InspectOptions, inspectSplits, type NamedSplit } from './checks/inspect.js';
import { type SplitSummary, summarize } from './checks/summary.js';
import { leftOutNotices, settledOrientation, trainingImages } from './checks/training-images.js';
import { findUnreadable } from './checks/unreadable.js';
import type { DataSettings, LabeledSplit, OpenOptions } from './dataset-format.js';
import { type Finding, isRefused, type Severity, severityOf } from './finding.js';
import { openDataset, openLabeledSplit, resolveClasses } from './formats.js';
import { settingsFor } from './left-out.js';
import type { SplitName } from './sample.js';

/** Manner in which a data set is checked. */
export interface CheckOptions {
  /** Both by default. */
  readonly splits?: readonly SplitName[];
  /** Threads that read, one for each core by default; with 0 the caller's thread does. */
  readonly workers?: number;
  /** Called while images are generated, with the number of images done and of all … */
  readonly onGenerate?: OpenOptions['onGenerate'];
  /** … and after each one that was checked. */
  readonly onProgress?: InspectOptions['onProgress'];
  /** Seed of the run that the data is for, 1 by default: it decides which images without objects are taken. */
  readonly seed?: number;
  /** Ends the check after the images at hand; what was found so far is the result. */
  readonly signal?: AbortSignal | undefined;
}

/** Result of a check. */
export interface CheckResult<Summary> {
  /** False where the signal ended it. */
  readonly complete: boolean;
  readonly faults: number;
  readonly warnings: number;
  readonly findings: readonly (Finding & { readonly severity: Severity })[];
  /** Of each split that could be opened. */
  readonly summary: readonly Summary[];
}

const bothSplits: readonly SplitName[] = ['train', 'val'];

/**
 * Reads every image and annotation of a detector's data, and says what is wrong or doubtful.
 *
 * @throws UserError when no split can be opened
 */
export async function checkDataset(
  settings: DataSettings,
  {
    splits: names = bothSplits,
    workers = availableParallelism(),
    onGenerate,
    seed = 1,
    ...rest
  }: CheckOptions = {},
): Promise<CheckResult<SplitSummary>> {
  const data = await resolveClassesOfAny(settings);
  const listed: Finding[] = [];
  const report = (finding: Finding) => listed.push(finding);
  const { opened, findings } = await openAll(data, names, (split) =>
    openDataset(data, split, { purpose: 'evaluation', report, onGenerate }),
  );
  const splits: NamedSplit[] = opened.map(({ name, split }) => ({ name, dataset: split }));
  const checked = await inspectSplits({ splits, thorough: true, workers, ...rest });
  const complete = !rest.signal?.aborted;
  // Of a part of the images nothing can be said about the whole.
  const found = complete ? checkSplits(checked) : checkImages(checked);
  return resultOf(
    complete,
    [...listed, ...findings, ...found],
    checked.map((split) => summarize(split, seed)),
  );
}

/** A split of a classifier's data in numbers. */
export interface LabeledSplitSummary {
  readonly split: SplitName;
  readonly images: number;
  readonly classes: readonly { readonly name: string; readonly images: number }[];
}

/**
 * Reads every image of a classifier's data, and says which ones can't be read.
 *
 * @throws UserError when no split can be opened, or they have different classes
 */
export async function checkLabeledData(
  settings: DataSettings,
  options: CheckOptions = {},
): Promise<CheckResult<LabeledSplitSummary>> {
  const { splits = bothSplits, workers = availableParallelism(), onGenerate, onProgress, signal } = options;
  const data = await resolveClasses(settings);
  const { opened, findings } = await openAll(data, splits, (split) =>
    openLabeledSplit(data, split, { onGenerate }),
  );
  const total = opened.reduce((sum, { split }) => sum + split.files.length, 0);
  let before = 0;
  for (const { split } of opened) {
    const start = before;
    const onRead = (done: number): void => onProgress?.(start + done, total);
    for (const { index, message } of await findUnreadable(split, { workers, onRead, signal })) {
      findings.push({ code: 'photo-unreadable', file: split.files[index].file, message });
    }
    before += split.files.length;
    if (signal?.aborted) break;
  }
  const summary = opened.map(({ name, split }) => summarizeLabeled(name, split));
  return resultOf(!signal?.aborted, findings, summary);
}

function summarizeLabeled(split: SplitName, { classes, files }: LabeledSplit): LabeledSplitSummary {
  const counts = classes.map(() => 0);
  for (const { label } of files) counts[label]++;
  return { split, images: files.length, classes: classes.map((name, i) => ({ name, images: counts[i] })) };
}

/**
 * Opens splits. One that can't be opened is a finding, as long as another can.
 *
 * @throws UserError when none can be opened
 */
async function openAll<Split>(
  { root }: DataSettings,
  names: readonly SplitName[],
  open: (name: SplitName) => Promise<Split>,
): Promise<{ opened: { name: SplitName; split: Split }[]; findings: Finding[] }> {
  const opened: { name: SplitName; split: Split }[] = [];
  const errors: UserError[] = [];
  for (const name of names) {
    try {
      opened.push({ name, split: await open(name) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      errors.push(error);
    }
  }
  if (opened.length === 0) throw errors[0];
  const findings = errors.map(({ message }): Finding => ({ code: 'split-unreadable', file: root, message }));
  return { opened, findings };
}

/** The settings with their classes. Where the training file is damaged, the other one names them, too. */
async function resolveClassesOfAny(settings: DataSettings): Promise<DataSettings> {
  try {
    return await resolveClasses(settings);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return resolveClasses(settings, 'val').catch(() => {
      throw error;
    });
  }
}

function resultOf<Summary>(
  complete: boolean,
  findings: readonly Finding[],
  summary: readonly Summary[],
): CheckResult<Summary> {
  return {
    complete,
    faults: countOf(findings, 'fault'),
    warnings: countOf(findings, 'warning'),
    findings: findings.map((finding) => ({ severity: severityOf(finding), ...finding })),
    summary,
  };
}

function countOf(findings: readonly Finding[], severity: Severity): number {
  return findings.filter((finding) => severityOf(finding) === severity).length;
}

/** Number of faults that are written out; the rest is counted. */
const listedFaults = 10;

/** Data that training accepts. */
export interface AcceptedSplits {
  /** Images that training takes, in the split's order. */
  readonly ids: readonly string[];
  /** Sentences that the user should know: all that is left out, and how many other findings there are. */
  readonly notices: readonly string[];
  /** `data.orientation`, where the sizes in the data settle it. */
  readonly orientation: 'stored' | undefined;
}

/**
 * Checks all that a run reads, so that a fault is found before it and not hours into it, and chooses the images that
 * training takes. Class masks that aren't needed are left to `atto check`.
 *
 * @param seed decides which of the images without objects are taken
 * @returns undefined where the signal ended it
 * @throws UserError that lists the faults which make data unusable
 */
export async function verifySplits(
  options: Omit<InspectOptions, 'thorough'>,
  seed: number,
): Promise<AcceptedSplits | undefined> {
  const splits = await inspectSplits({ ...options, thorough: false });
  if (options.signal?.aborted) return undefined;
  const findings = checkSplits(splits);
  const refused = findings.filter(isRefused);
  if (refused.length > 0) {
    const rest = refused.length - listedFaults;
    const head = `The data has ${counted(refused.length, 'fault')} that training can't work with:`;
    const faults = refused.slice(0, listedFaults).map(({ message }) => `- ${message}`);
    const tail = rest > 0 ? [`… and ${rest} more; atto check <config> lists them all`] : [];
    throw new UserError([head, ...faults, ...tail, ...settingsFor(refused)].join('\n'));
  }
  const train = splits.find(({ name }) => name === 'train');
  const ids = train ? trainingImages(train, seed).taken.map(({ id }) => id) : [];
  return {
    ids,
    notices: [...splits.flatMap((split) => leftOutNotices(split, seed)), ...aboutFindings(findings)],
    orientation: settledOrientation(splits),
  };
}

/** A sentence about findings that training can live with, if there are any. */
function aboutFindings(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const parts = (['fault', 'warning'] as const).flatMap((severity) => {
    const count = countOf(findings, severity);
    return count > 0 ? [counted(count, severity)] : [];
  });
  return [`The data has ${parts.join(' and ')} that training can live with; atto check <config> shows them.`];
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
