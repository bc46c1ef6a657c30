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

/** Names of a file's tensors in one of our networks. */
export interface TranslatedNames {
  /** Kind of network that the file holds. */
  readonly kind: NetworkKind;
  /** Names in the file, by ours. */
  readonly byOurs: ReadonlyMap<string, string>;
  /** Names in the file of tensors without use: counters of batches, and the dense layer for a detector. */
  readonly unused: readonly string[];
}

/**
 * Translates the names in a file.
 *
 * @param target kind of the network to fill
 */
export function translateNames(fileNames: Iterable<string>, target: NetworkKind): TranslatedNames {
  const all = [...fileNames];
  // nn.DataParallel puts it before all names.
  const wrapper = all.every((name) => name.startsWith('module.')) ? 'module.' : '';
  const names = all.map((name) => name.slice(wrapper.length));
  const kind = networkKind(names);
  const translate = translation(kind, names);

  const byOurs = new Map<string, string>();
  const unused: string[] = [];
  for (const [i, name] of names.entries()) {
    const isUseless =
      name.endsWith(counterSuffix) ||
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
