import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type CountOptions, countingRules } from '../complexity/network-summary.js';
import type { ConfigOverrides } from '../config/overrides.js';
import type { Config } from '../config/schema.js';
import { findRun, readRunConfig, runFolder } from '../training/run-folder.js';
import { readModelConfig } from '../weights/model-config.js';
import { taskOf } from './find-task.js';
import type { JobListener } from './listener.js';
import { type ConfigSource, nameOfConfig, readConfig } from './read-config.js';
import type { NetworkSummary, SummaryTarget } from './task.js';

export interface SummarizeOptions extends JobListener, CountOptions {
  readonly overrides?: ConfigOverrides | undefined;
}

/** Summaries of networks, and the same as text. */
export interface SummarizedNetworks {
  /** In the order of the targets. */
  readonly summaries: readonly NetworkSummary[];
  readonly text: string;
}

/**
 * Counts parameters and multiply-adds of networks, by running their own forward passes on shapes: it takes neither weights
 * nor the engine.
 *
 * @param targets config files, folders of runs and weights files
 * @throws UserError when there is no such thing, or it can't be read
 */
export async function summarizeNetworks(
  targets: readonly string[],
  { overrides = [], onNotice, onProgress: _, ...options }: SummarizeOptions = {},
): Promise<SummarizedNetworks> {
  const summaries: NetworkSummary[] = [];
  for (const name of targets) {
    const { config, run } = await findNetwork(name, overrides);
    summaries.push(await taskOf(config).summarize({ name, config, run, onNotice }, options));
  }
  const tasks = [...new Set(summaries.map(({ task }) => task))];
  const texts = tasks.map((name) =>
    taskOf({ task: name }).describeSummaries(summaries.filter(({ task }) => task === name)),
  );
  const rules = `Parameters: ${countingRules.parameters}.\nMultiply-adds: ${countingRules.multiplyAdds}.`;
  return { summaries, text: [...texts, rules].join('\n') };
}

/**
 * Counts parameters and multiply-adds of the network of one config; see {@link summarizeNetworks}.
 *
 * @throws UserError when the config can't be read or is wrong
 */
export async function countNetwork(
  source: ConfigSource,
  { overrides, ...options }: CountOptions & Pick<SummarizeOptions, 'overrides'> = {},
): Promise<NetworkSummary> {
  const config = await readConfig(source, overrides);
  return taskOf(config).summarize({ name: nameOfConfig(source), config, run: undefined }, options);
}

/** Config of a target, and its run: for a config file its newest run. */
async function findNetwork(
  name: string,
  overrides: ConfigOverrides,
): Promise<Pick<SummaryTarget<Config>, 'config' | 'run'>> {
  if (name.endsWith('.safetensors')) {
    const folder = runFolder(path.dirname(name));
    const config = await readModelConfig(name, overrides);
    return { config, run: { folder, readConfig: () => readModelConfig(name) } };
  }
  const isFolder = await stat(name).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const folder = isFolder ? runFolder(name) : await findRun(path.parse(name).name, undefined);
  const config =
    isFolder && folder ? await readRunConfig(folder, overrides) : await readConfig(name, overrides);
  return { config, run: folder && { folder, readConfig: () => readRunConfig(folder) } };
}
