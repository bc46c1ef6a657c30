import { parameterSize } from '../../nn/parameter.js';
import type { FreshParameter, ImportPlan } from '../../weights/import-plan.js';
import { counterSuffix } from '../../weights/names.js';
import { shapeText, type TensorFile } from '../../weights/tensor-file.js';
import { torchShape } from '../../weights/torch-layout.js';
import { textTable } from './text-table.js';

/** Parts of a detector, and the beginnings of their parameters' names. */
const parts = [
  ['backbone', 'backbone.body.'],
  ['FPN', 'backbone.fpn.'],
  ['RPN', 'rpn.'],
  ['box head', 'roi_heads.box_'],
  ['mask head', 'roi_heads.mask_'],
] as const;

/** Greatest number of names that a list shows. */
const shown = 10;

/** Summary of an import as text for a terminal: a table by part, and the names of fresh and of unneeded tensors. */
export function describeImport(
  { backboneOnly, taken, fresh, unused }: ImportPlan,
  source: TensorFile,
): string {
  const row = (name: string, start: string): (string | number)[] => {
    const ofPart = [...taken.keys()].filter((parameter) => parameter.name.startsWith(start));
    const values = ofPart.reduce((sum, parameter) => sum + parameterSize(parameter), 0);
    const left = fresh.filter(({ parameter }) => parameter.name.startsWith(start));
    return [name, ofPart.length, values.toLocaleString('en'), left.length];
  };
  const table = textTable({
    head: ['part', 'tensors taken', 'values', 'left fresh'],
    align: ['left', 'right', 'right', 'right'],
    rows: [...parts.map(([name, start]) => row(name, start)), row('total', '')],
  });
  const converted = new Map<string, number>();
  for (const name of taken.values()) {
    const type = source.tensors.get(name)?.type ?? '';
    if (type !== 'float32') converted.set(type, (converted.get(type) ?? 0) + 1);
  }
  const others = unused.filter((name) => !name.endsWith(counterSuffix));
  const counters = unused.length - others.length;
  return [
    table,
    ...[...converted].map(([type, count]) => `Converted from ${type} to float32: ${count}`),
    ...list('Left fresh', backboneOnly ? [] : fresh.map(describeFresh)),
    ...(backboneOnly ? ['A classification network: FPN, RPN and heads are left fresh.'] : []),
    ...list('Not needed', others),
    ...(counters > 0 ? [`Ignored: num_batches_tracked of ${counters} norms`] : []),
  ].join('\n');
}

function describeFresh({ parameter, found }: FreshParameter): string {
  const shape = shapeText(torchShape(parameter));
  return `${parameter.name}: ${shape}${found ? `, in the file ${shapeText(found)}` : ''}`;
}

function list(heading: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > shown ? [`  and ${names.length - shown} more`] : [];
  return [`${heading} (${names.length}):`, ...names.slice(0, shown).map((name) => `  ${name}`), ...more];
}
