import type { Parameter } from '../nn/parameter.js';
import { type Fit, fitTensors, requireFit } from './fit.js';
import { isBackboneName, isHeadName, networkKind, translateNames } from './names.js';
import type { TensorFile } from './tensor-file.js';

/** Plan of an import: the source of each of a network's parameters, and what is left of the file. */
export interface ImportPlan {
  /** Whether a detector gets a classification network's backbone and nothing else. */
  readonly backboneOnly: boolean;
  /** Name in the file of each parameter that is taken from it. */
  readonly taken: Fit['taken'];
  /** Parameters that keep their random initial values. */
  readonly fresh: readonly FreshParameter[];
  /** Names in the file of tensors that aren't needed. */
  readonly unused: readonly string[];
}

export interface FreshParameter {
  readonly parameter: Parameter;
  /** Shape in the file, in PyTorch's order, for a parameter whose shape doesn't fit. */
  readonly found?: readonly number[];
}

/**
 * Decides which of a file's tensors go into a network. A classification network fills a detector's backbone and leaves
 * the rest fresh.
 *
 * @param backbone name of the network's backbone, for messages
 * @param freshHeads leaves the layers of the heads fresh that the file lacks or has in another shape
 * @throws UserError that lists all names that are missing, unexpected, or of another shape
 */
export function planImport(
  source: TensorFile,
  parameters: readonly Parameter[],
  backbone: string,
  freshHeads: boolean,
): ImportPlan {
  const ours = parameters.map(({ name }) => name);
  const names = translateNames(source.tensors.keys(), ours);
  if (names.kind === 'classifier' && networkKind(ours) === 'detector') {
    const isBackbone = ({ name }: Parameter): boolean => isBackboneName(name);
    const fit = fitTensors(source, parameters.filter(isBackbone), names);
    requireFit(
      source.file,
      fit,
      `It was taken as a classification network for the backbone ${backbone}; choose the backbone with model.backbone.name.`,
    );
    const fresh = parameters.filter((parameter) => !isBackbone(parameter));
    return { ...fit, backboneOnly: true, fresh: fresh.map((parameter) => ({ parameter })) };
  }
  const fit = fitTensors(source, parameters, names);
  const plan = freshHeads ? withFreshHeads(fit) : { ...fit, fresh: [] };
  requireFit(
    source.file,
    plan,
    'Choose a config of the same model, and as many classes (data.classes) as it was trained with' +
      `${freshHeads ? '.' : '; or leave heads that differ fresh, with --fresh-heads.'}`,
    'Leave the layers of the classes fresh, to be trained, and keep all others: --fresh-heads. Or set data.classes to those that ' +
      'it was trained with.',
  );
  return { ...plan, backboneOnly: false };
}

/** Moves the layers of the heads that don't fit to the fresh ones, each with its weight and bias. */
function withFreshHeads(fit: Fit): Fit & { readonly fresh: readonly FreshParameter[] } {
  const differing: FreshParameter[] = [...fit.mismatched, ...fit.missing.map((parameter) => ({ parameter }))];
  const layers = new Set(
    differing
      .filter(({ parameter }) => isHeadName(parameter.name))
      .map(({ parameter }) => layerOf(parameter.name)),
  );
  const isFresh = ({ name }: Parameter): boolean => layers.has(layerOf(name));
  const beside = [...fit.taken.keys()].filter(isFresh);
  return {
    ...fit,
    taken: new Map([...fit.taken].filter(([parameter]) => !isFresh(parameter))),
    missing: fit.missing.filter((parameter) => !isFresh(parameter)),
    mismatched: fit.mismatched.filter(({ parameter }) => !isFresh(parameter)),
    unexpected: fit.unexpected.filter((name) => !isHeadName(name)),
    unused: [...fit.unused, ...fit.unexpected.filter(isHeadName)],
    fresh: [
      ...differing.filter(({ parameter }) => isFresh(parameter)),
      ...beside.map((parameter) => ({ parameter })),
    ],
  };
}

/** Name of a parameter without its last part. */
function layerOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}
