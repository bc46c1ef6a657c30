/**
 * Translation of names in foreign files into ours. Ours are those of torchvision's detectors, in which a backbone's
 * layers are called as in the classification network that they come from, behind `backbone.body.`
 */

/** Prefix of a backbone's layers in a detector. */
const backbonePrefix = 'backbone.body.';

/** Names of a detector's parts. */
const detectorPart = /^(backbone|rpn|roi_heads)\./;

/** Names of the dense layer in all classification networks here. */
const denseLayer = /^(fc|classifier)\./;

/** Suffix of PyTorch's counters of batches, which norms with a momentum don't use. */
export const counterSuffix = '.num_batches_tracked';

/** Kind of a network, as the names of its tensors show it. */
export type NetworkKind = 'detector' | 'classifier';

export function networkKind(names: readonly string[]): NetworkKind {
  return names.some((name) => detectorPart.test(name)) ? 'detector' : 'classifier';
}

/** Whether one of our names, in either kind of network, is that of a backbone's layer. */
export function isBackboneName(name: string): boolean {
  return name.startsWith(backbonePrefix) || !(detectorPart.test(name) || denseLayer.test(name));
}

/** Whether one of our names is that of a layer behind backbone and FPN. */
export function isHeadName(name: string): boolean {
  return name.startsWith('rpn.head.') || name.startsWith('roi_heads.') || denseLayer.test(name);
}

/** Layers with an output, or several, for each class. */
const classLayer =
  /^(roi_heads\.(box_predictor\.(cls_score|bbox_pred)|mask_predictor\.mask_fcn_logits)|fc|classifier)\./;

/** Whether one of our names is that of a layer whose size goes by the number of classes. */
export function isClassLayer(name: string): boolean {
  return classLayer.test(name);
}

/** Number of outputs beside those of the classes, for the layer that tells classes apart; undefined for all others. */
export function backgroundClasses(name: string): number | undefined {
  if (name.startsWith('roi_heads.box_predictor.cls_score.')) return 1;
  return denseLayer.test(name) ? 0 : undefined;
}

/** Names of a file's tensors in one of our networks. */
export interface TranslatedNames {
  /** Kind of network that the file holds. */
  readonly kind: NetworkKind;
  /** Names in the file, by ours. */
  readonly byOurs: ReadonlyMap<string, string>;
  /**
   * Names in the file of tensors without use: counters of batches, the dense layer for a detector, and what stands beside
   * a wrapped network.
   */
  readonly unused: readonly string[];
}

/**
 * Translates the names in a file. A prefix that a wrapper put before the network's names is taken off, such as
 * `module.`, `_orig_mod.` or `model.`
 *
 * @param ours names of the network to fill
 */
export function translateNames(fileNames: Iterable<string>, ours: readonly string[]): TranslatedNames {
  const all = [...fileNames];
  const wanted = new Set(ours);
  let best = translateBehind('', all, ours);
  let most = countFits(best, wanted);
  for (const prefix of sharedPrefixes(all)) {
    const translated = translateBehind(prefix, all, ours);
    const fits = countFits(translated, wanted);
    if (fits > most) [best, most] = [translated, fits];
  }
  return best;
}

function countFits({ byOurs }: TranslatedNames, wanted: ReadonlySet<string>): number {
  let fits = 0;
  for (const name of byOurs.keys()) if (wanted.has(name)) fits++;
  return fits;
}

/** Prefixes that more than half of the names share, the shortest first, up to the parts of a detector. */
function sharedPrefixes(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      if (detectorPart.test(name.slice(name.lastIndexOf('.', dot - 1) + 1))) break;
      const prefix = name.slice(0, dot + 1);
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  const shared = [...counts].filter(([, count]) => count > names.length / 2).map(([prefix]) => prefix);
  return shared.sort((a, b) => a.length - b.length);
}

/** Translates the names that start with a prefix; all others are of no use. */
function translateBehind(prefix: string, all: readonly string[], ours: readonly string[]): TranslatedNames {
  const target = networkKind(ours);
  const inFile = all.filter((name) => name.startsWith(prefix));
  const names = inFile.map((name) => name.slice(prefix.length));
  const kind = networkKind(names);
  const translate = translation(kind, names);

  const byOurs = new Map<string, string>();
  const unused = all.filter((name) => !name.startsWith(prefix));
  for (const [i, name] of names.entries()) {
    const isUseless =
      name.endsWith(counterSuffix) ||
      (kind === 'classifier' && target === 'detector' && denseLayer.test(name));
    if (isUseless) {
      unused.push(inFile[i]);
      continue;
    }
    const translated = translate(name);
    const isBare = target === 'detector' && kind === 'classifier';
    byOurs.set(isBare ? backbonePrefix + translated : translated, inFile[i]);
  }
  return { kind, byOurs, unused };
}

function translation(kind: NetworkKind, names: readonly string[]): (name: string) => string {
  if (kind === 'detector') return currentName;
  return isTimmMobileNetV2(names) ? torchvisionMobileNetV2Name : (name) => name;
}

/** torchvision's name of a detector's layer since version 0.13, from that or an earlier name. */
function currentName(name: string): string {
  return name
    .replace(/^(backbone\.fpn\.(?:inner|layer)_blocks\.\d+)\.(weight|bias)$/, '$1.0.$2')
    .replace(/^(rpn\.head\.conv)\.(weight|bias)$/, '$1.0.0.$2')
    .replace(
      /^(roi_heads\.mask_head)\.mask_fcn(\d+)\.(weight|bias)$/,
      (_, head: string, number: string, tensor: string) => `${head}.${Number(number) - 1}.0.${tensor}`,
    );
}

/** Index among torchvision's `features` of the first inverted residual in each of timm's `blocks`. */
const firstFeatures = [1, 2, 4, 7, 11, 14, 17];

/** Whether names are those of timm's MobileNet-V2; its MobileNet-V1 has no linear projection. */
function isTimmMobileNetV2(names: readonly string[]): boolean {
  return names.includes('conv_stem.weight') && names.includes('blocks.1.0.conv_pwl.weight');
}

/** torchvision's name of a tensor in timm's `mobilenetv2_100`, the same network. */
function torchvisionMobileNetV2Name(name: string): string {
  const [, layer, tensor] = /^(.*)\.(\w+)$/.exec(name) ?? [];
  const outer = layer === undefined ? undefined : outerLayers.get(layer);
  if (outer !== undefined) return `${outer}.${tensor}`;
  const [, row, block, part] = /^blocks\.([0-6])\.(\d+)\.(\w+)$/.exec(layer ?? '') ?? [];
  const parts = row === '0' ? firstBlockLayers : blockLayers;
  const inner = part === undefined ? undefined : parts.get(part);
  if (inner === undefined) return name;
  return `features.${firstFeatures[Number(row)] + Number(block)}.conv.${inner}.${tensor}`;
}

const outerLayers: ReadonlyMap<string, string> = new Map([
  ['conv_stem', 'features.0.0'],
  ['bn1', 'features.0.1'],
  ['conv_head', 'features.18.0'],
  ['bn2', 'features.18.1'],
  ['classifier', 'classifier.1'],
]);

const blockLayers: ReadonlyMap<string, string> = new Map([
  ['conv_pw', '0.0'],
  ['bn1', '0.1'],
  ['conv_dw', '1.0'],
  ['bn2', '1.1'],
  ['conv_pwl', '2'],
  ['bn3', '3'],
]);

/** The first block expands nothing, and so lacks the first convolution. */
const firstBlockLayers: ReadonlyMap<string, string> = new Map([
  ['conv_dw', '0.0'],
  ['bn1', '0.1'],
  ['conv_pw', '1'],
  ['bn2', '2'],
]);
