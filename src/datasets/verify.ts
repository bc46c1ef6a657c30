import { UserError } from '../errors.js';
import { checkSplits } from './checks/check.js';
import { type InspectOptions, inspectSplits } from './checks/inspect.js';
import { isRefused, type Severity, severityOf } from './finding.js';

/** So many faults are written out; the rest is counted. */
const listedFaults = 10;

/**
 * Checks all that a run reads, so that a fault is found before it and not hours into it. Class masks that aren't needed
 * are left to `atto check`.
 *
 * @returns what the user should know about the rest of the findings, if there are any
 * @throws UserError that lists the faults which make data unusable
 */
export async function verifySplits(options: Omit<InspectOptions, 'thorough'>): Promise<string | undefined> {
  const splits = await inspectSplits({ ...options, thorough: false });
  if (options.signal?.aborted) return undefined;
  const findings = checkSplits(options.data, splits);
  const refused = findings.filter(isRefused);
  if (refused.length > 0) {
    const rest = refused.length - listedFaults;
    const head = `The data has ${counted(refused.length, 'fault')} that training can't work with:`;
    const faults = refused.slice(0, listedFaults).map(({ message }) => `- ${message}`);
    const tail = rest > 0 ? [`… and ${rest} more; atto check <config> lists them all`] : [];
    throw new UserError([head, ...faults, ...tail].join('\n'));
  }
  if (findings.length === 0) return undefined;
  const count = (severity: Severity) => findings.filter((finding) => severityOf(finding) === severity).length;
  const parts = (['fault', 'warning'] as const).flatMap((severity) =>
    count(severity) > 0 ? [counted(count(severity), severity)] : [],
  );
  return `The data has ${parts.join(' and ')} that training can live with; atto check <config> shows them.`;
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
