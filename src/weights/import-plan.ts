import type { BackboneName } from '../config/backbone-names.js';
import type { Parameter } from '../nn/parameter.js';
import { type Fit, fitTensors, requireFit } from './fit.js';
import { isBackboneName, isHeadName, networkKind, translateNames } from './names.js';
import type { TensorFile } from './tensor-file.js';

/** What becomes of a network's parameters and of a file's tensors when it is imported. */
export interface ImportPlan {
  /** Whether a classification network's backbone goes into a detector, and nothing else. */
  readonly backboneOnly: boolean;
  /** The file's name of each parameter that it gives. */
  readonly taken: Fit['taken'];
  /** Parameters that keep their first, random values. */
  readonly fresh: readonly FreshParameter[];
  /** The file's names of tensors that aren't needed. */
  readonly unused: readonly string[];
}

export interface FreshParameter {
  readonly parameter: Parameter;
  /** The shape in the file, in PyTorch's order, where it is that doesn't fit. */
  readonly found?: readonly number[];
}

/**
 * Decides what of a file goes into a network. A classification network gives a detector's backbone and leaves the rest
 * fresh.
 *
 * @param backbone the network's
 * @param freshHeads leaves those layers of the heads fresh that the file lacks or has in another shape
 * @throws UserError that lists all names that are missing, unexpected or of another shape
 */
export function planImport(
  source: TensorFile,
  parameters: readonly Parameter[],
  backbone: BackboneName,
  freshHeads: boolean,
): ImportPlan {
  const target = networkKind(parameters.map(({ name }) => name));
  const names = translateNames(source.tensors.keys(), target);
  if (names.kind === 'classifier' && target === 'detector') {
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
  );
  return { ...plan, backboneOnly: false };
}

/** Takes what doesn't fit out of the heads: a layer with its weight and bias. */
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

/** A parameter's name without its last part. */
function layerOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}
