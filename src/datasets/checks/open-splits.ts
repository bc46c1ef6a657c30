import type { DataConfig } from '../../config/schema.js';
import { UserError } from '../../errors.js';
import type { Finding } from '../finding.js';
import { openDataset } from '../open.js';
import { resolveClasses } from '../resolve-classes.js';
import type { Dataset } from '../sample.js';
import type { SplitName } from './split.js';

/** What can be opened, and what is wrong with the lists and annotation files. */
export interface OpenedSplits {
  /** With its classes. */
  readonly data: DataConfig;
  readonly splits: readonly { readonly name: SplitName; readonly dataset: Dataset }[];
  readonly findings: readonly Finding[];
}

/**
 * Opens splits with all of their images, to be checked. One that can't be opened is a finding, as long as another can.
 *
 * @throws UserError when none can be opened
 */
export async function openSplits(
  config: DataConfig,
  names: readonly SplitName[],
  onGenerate: (done: number, total: number) => void,
): Promise<OpenedSplits> {
  const data = await resolveClassesOfAny(config);
  const findings: Finding[] = [];
  const splits: { name: SplitName; dataset: Dataset }[] = [];
  const errors: UserError[] = [];
  for (const name of names) {
    try {
      const options = {
        purpose: 'evaluation',
        report: (finding: Finding) => findings.push(finding),
      } as const;
      splits.push({ name, dataset: await openDataset(data, name, onGenerate, options) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      errors.push(error);
    }
  }
  if (splits.length === 0) throw errors[0];
  for (const { message } of errors) findings.push({ code: 'split-unreadable', file: data.root, message });
  return { data, splits, findings };
}

/** The config with its classes. Where the training file is damaged, the other one names them, too. */
async function resolveClassesOfAny(config: DataConfig): Promise<DataConfig> {
  try {
    return await resolveClasses(config);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return resolveClasses(config, 'val').catch(() => {
      throw error;
    });
  }
}
