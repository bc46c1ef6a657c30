/** Of the inverted residuals in each of timm's `blocks`, the number of the first among torchvision's `features`. */
const firstFeatures = [1, 2, 4, 7, 11, 14, 17];

/** Whether names are those of timm's MobileNet-V2; its MobileNet-V1 has no linear projection. */
export function isTimmMobileNetV2(names: readonly string[]): boolean {
  return names.includes('conv_stem.weight') && names.includes('blocks.1.0.conv_pwl.weight');
}

/** torchvision's name of a tensor in timm's `mobilenetv2_100`, which is the same network. */
export function torchvisionMobileNetV2Name(name: string): string {
  const [, layer, what] = /^(.*)\.(\w+)$/.exec(name) ?? [];
  const outer = layer === undefined ? undefined : outerLayers.get(layer);
  if (outer !== undefined) return `${outer}.${what}`;
  const [, row, block, part] = /^blocks\.([0-6])\.(\d+)\.(\w+)$/.exec(layer ?? '') ?? [];
  const parts = row === '0' ? firstBlockLayers : blockLayers;
  const inner = part === undefined ? undefined : parts.get(part);
  if (inner === undefined) return name;
  return `features.${firstFeatures[Number(row)] + Number(block)}.conv.${inner}.${what}`;
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
