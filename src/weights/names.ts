import type { BackboneConfig } from '../config/schema.js';

/**
 * How names in foreign files become ours. Ours are those of torchvision's detectors, in which a backbone's layers are
 * called as in the classification network that they come from, behind `backbone.body.`
 */

type BackboneName = BackboneConfig['name'];

/** Before the names of a backbone's layers in a detector. */
const backbonePrefix = 'backbone.body.';

/** Whether one of our names is that of a backbone's layer. */
export function isBackboneName(name: string): boolean {
  return name.startsWith(backbonePrefix);
}

/** Before the names of the velocities in a checkpoint. */
export const velocityPrefix = 'velocity.';

/**
 * What the names of a classification network's layers start with that a detector leaves out, for each backbone that
 * there are such files of.
 */
const classifierLayers: Readonly<Partial<Record<BackboneName, readonly string[]>>> = {
  resnet50: ['fc.'],
};

/** What the tensors of a file are in a detector. */
export interface TranslatedNames {
  /** A classification network's file has but the backbone, and a classifier. */
  readonly kind: 'detector' | 'classifier';
  /** The file's names, by ours. */
  readonly byOurs: ReadonlyMap<string, string>;
  /** The file's names of what a detector has no use for: classifiers, counters of batches, velocities. */
  readonly unused: readonly string[];
}

/**
 * Translates the names in a file.
 *
 * @param backbone the detector's, if a classification network of it will do
 */
export function translateNames(fileNames: Iterable<string>, backbone?: BackboneName): TranslatedNames {
  const all = [...fileNames];
  // What nn.DataParallel puts before all names.
  const wrapper = all.every((name) => name.startsWith('module.')) ? 'module.' : '';
  const isDetector = all.some((name) => /^(backbone|rpn|roi_heads)\./.test(name.slice(wrapper.length)));
  const leftOut = isDetector || !backbone ? [] : (classifierLayers[backbone] ?? []);

  const byOurs = new Map<string, string>();
  const unused: string[] = [];
  for (const fileName of all) {
    const name = fileName.slice(wrapper.length);
    if (
      name.endsWith('.num_batches_tracked') ||
      name.startsWith(velocityPrefix) ||
      leftOut.some((start) => name.startsWith(start))
    ) {
      unused.push(fileName);
    } else {
      byOurs.set(isDetector ? currentName(name) : backbonePrefix + name, fileName);
    }
  }
  return { kind: isDetector ? 'detector' : 'classifier', byOurs, unused };
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
