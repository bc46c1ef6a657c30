import { isTimmMobileNetV2, torchvisionMobileNetV2Name } from './timm-mobilenet-v2.js';

/**
 * How names in foreign files become ours. Ours are those of torchvision's detectors, in which a backbone's layers are
 * called as in the classification network that they come from, behind `backbone.body.`
 */

/** Before the names of a backbone's layers in a detector. */
const backbonePrefix = 'backbone.body.';

/** The names of a detector's parts. */
const detectorPart = /^(backbone|rpn|roi_heads)\./;

/** The names of the dense layer of all classification networks here. */
const denseLayer = /^(fc|classifier)\./;

/** Before the names of velocities and averages in a checkpoint. */
export const velocityPrefix = 'velocity.';
export const averagePrefix = 'average.';

/** What the names of PyTorch's counters of batches end with, which norms with a momentum don't use. */
export const counterSuffix = '.num_batches_tracked';

/** Which kind of network some names are of. */
export type NetworkKind = 'detector' | 'classifier';

export function networkKind(names: readonly string[]): NetworkKind {
  return names.some((name) => detectorPart.test(name)) ? 'detector' : 'classifier';
}

/** Whether one of our names, in whichever kind of network, is that of a backbone's layer. */
export function isBackboneName(name: string): boolean {
  return name.startsWith(backbonePrefix) || !(detectorPart.test(name) || denseLayer.test(name));
}

/** Whether one of our names is that of a layer behind backbone and FPN. */
export function isHeadName(name: string): boolean {
  return name.startsWith('rpn.head.') || name.startsWith('roi_heads.') || denseLayer.test(name);
}

/** What the tensors of a file are in one of our networks. */
export interface TranslatedNames {
  /** What the file holds. */
  readonly kind: NetworkKind;
  /** The file's names, by ours. */
  readonly byOurs: ReadonlyMap<string, string>;
  /** The file's names of what is of no use: counters of batches, velocities, averages, and the dense layer for a detector. */
  readonly unused: readonly string[];
}

/**
 * Translates the names in a file.
 *
 * @param target the network to be filled
 */
export function translateNames(fileNames: Iterable<string>, target: NetworkKind): TranslatedNames {
  const all = [...fileNames];
  // What nn.DataParallel puts before all names.
  const wrapper = all.every((name) => name.startsWith('module.')) ? 'module.' : '';
  const names = all.map((name) => name.slice(wrapper.length));
  const kind = networkKind(names);
  const translate = translation(kind, names);

  const byOurs = new Map<string, string>();
  const unused: string[] = [];
  for (const [i, name] of names.entries()) {
    const isUseless =
      name.endsWith(counterSuffix) ||
      name.startsWith(velocityPrefix) ||
      name.startsWith(averagePrefix) ||
      (kind === 'classifier' && target === 'detector' && denseLayer.test(name));
    if (isUseless) {
      unused.push(all[i]);
      continue;
    }
    const translated = translate(name);
    const isBare = target === 'detector' && kind === 'classifier';
    byOurs.set(isBare ? backbonePrefix + translated : translated, all[i]);
  }
  return { kind, byOurs, unused };
}

function translation(kind: NetworkKind, names: readonly string[]): (name: string) => string {
  if (kind === 'detector') return currentName;
  return isTimmMobileNetV2(names) ? torchvisionMobileNetV2Name : (name) => name;
}

/** torchvision's name since version 0.13 of a layer in a detector, from that or an earlier name. */
function currentName(name: string): string {
  return name
    .replace(/^(backbone\.fpn\.(?:inner|layer)_blocks\.\d+)\.(weight|bias)$/, '$1.0.$2')
    .replace(/^(rpn\.head\.conv)\.(weight|bias)$/, '$1.0.0.$2')
    .replace(
      /^(roi_heads\.mask_head)\.mask_fcn(\d+)\.(weight|bias)$/,
      (_, head: string, number: string, what: string) => `${head}.${Number(number) - 1}.0.${what}`,
    );
}
