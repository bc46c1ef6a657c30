import { UserError } from '../errors.js';
import type { Parameter } from '../nn/parameter.js';
import type { TranslatedNames } from './names.js';
import { shapeText, type TensorFile } from './tensor-file.js';
import { torchShape } from './torch-layout.js';

/** Which of a file's tensors are which of a model's, and what doesn't fit. */
export interface Fit {
  /** The file's name of each parameter that it holds in the right shape. */
  readonly taken: ReadonlyMap<Parameter, string>;
  readonly missing: readonly Parameter[];
  readonly mismatched: readonly Mismatch[];
  /** The file's names of tensors that the model doesn't have. */
  readonly unexpected: readonly string[];
  /** The file's names of tensors that no model has a use for. */
  readonly unused: readonly string[];
}

/** A parameter that the file holds in another shape. */
export interface Mismatch {
  readonly parameter: Parameter;
  /** In PyTorch's order. */
  readonly found: readonly number[];
}

/** Compares the names and shapes in a file with those of some parameters. */
export function fitTensors(
  source: TensorFile,
  parameters: readonly Parameter[],
  { byOurs, unused }: TranslatedNames,
): Fit {
  const taken = new Map<Parameter, string>();
  const missing: Parameter[] = [];
  const mismatched: Mismatch[] = [];
  const left = new Map(byOurs);
  for (const parameter of parameters) {
    const fileName = byOurs.get(parameter.name) ?? '';
    const found = source.tensors.get(fileName)?.shape;
    left.delete(parameter.name);
    if (found === undefined) missing.push(parameter);
    else if (shapeText(found) === shapeText(torchShape(parameter))) taken.set(parameter, fileName);
    else mismatched.push({ parameter, found });
  }
  return { taken, missing, mismatched, unexpected: [...left.values()], unused };
}

/**
 * Makes sure that everything fits.
 *
 * @param remedy what the user can do, as a sentence
 * @throws UserError that lists what doesn't
 */
export function requireFit(file: string, fit: Fit, remedy: string): void {
  const problems = [
    ...list(
      'of another shape',
      fit.mismatched.map(
        ({ parameter, found }) =>
          `${parameter.name}: ${shapeText(found)} instead of ${shapeText(torchShape(parameter))}`,
      ),
    ),
    ...list(
      'missing',
      fit.missing.map((parameter) => `${parameter.name}: ${shapeText(torchShape(parameter))}`),
    ),
    ...list('unexpected', fit.unexpected),
  ];
  if (problems.length === 0) return;
  throw new UserError([`${file}: doesn't fit the model`, ...problems, remedy].join('\n'));
}

/** How many names a list shows. */
const shown = 10;

function list(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length - shown;
  return [
    `${names.length} ${names.length === 1 ? 'tensor is' : 'tensors are'} ${what}:`,
    ...names.slice(0, shown).map((name) => `  ${name}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
