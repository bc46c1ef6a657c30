import { UserError } from '../errors.js';
import type { Parameter } from '../nn/parameter.js';
import { foreignTensors } from './frameworks.js';
import { backgroundClasses, isClassLayer, type TranslatedNames } from './names.js';
import { shapeText, type TensorFile } from './tensor-file.js';
import { torchShape } from './torch-layout.js';

/** Assignment of a file's tensors to a model's parameters, with what doesn't fit. */
export interface Fit {
  /** Name in the file of each parameter that the file holds in the right shape. */
  readonly taken: ReadonlyMap<Parameter, string>;
  readonly missing: readonly Parameter[];
  readonly mismatched: readonly Mismatch[];
  /** Names in the file of tensors that the model lacks. */
  readonly unexpected: readonly string[];
  /** Names in the file of tensors that no model uses. */
  readonly unused: readonly string[];
}

/** Parameter that the file holds in another shape. */
interface Mismatch {
  readonly parameter: Parameter;
  /** Shape in the file, in PyTorch's order. */
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
 * @param remedy advice for the user, as a sentence
 * @param forClasses advice where nothing but the number of classes differs
 * @throws UserError that lists the tensors that don't
 */
export function requireFit(file: string, fit: Fit, remedy: string, forClasses = remedy): void {
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
  const known = foreignTensors(fit.unexpected);
  if (known !== undefined) throw new UserError(`${file}: ${known}`);
  const classes = differingClasses(fit);
  const advice = classes
    ? `Only the classes differ: the file tells ${classes.there} apart, the model ${classes.here}. ${forClasses}`
    : remedy;
  throw new UserError([`${file}: doesn't fit the model`, ...problems, advice].join('\n'));
}

/** Numbers of classes in the file and in the model, where nothing else differs. */
function differingClasses({
  missing,
  mismatched,
  unexpected,
}: Fit): { readonly there: number; readonly here: number } | undefined {
  if (missing.length > 0 || unexpected.length > 0) return undefined;
  const [first] = mismatched.flatMap(({ parameter, found }) => {
    const background = backgroundClasses(parameter.name);
    const here = torchShape(parameter)[0];
    return background === undefined ? [] : [{ there: found[0] - background, here: here - background }];
  });
  const onlyClasses = mismatched.every(
    ({ parameter, found }) =>
      isClassLayer(parameter.name) && shapeText(found.slice(1)) === shapeText(torchShape(parameter).slice(1)),
  );
  return onlyClasses ? first : undefined;
}

/** Maximum number of names in a list. */
const shown = 10;

function list(problem: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length - shown;
  return [
    `${names.length} ${names.length === 1 ? 'tensor is' : 'tensors are'} ${problem}:`,
    ...names.slice(0, shown).map((name) => `  ${name}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
