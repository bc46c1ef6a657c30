import {
  type CommonSettings,
  commonSettings,
  type DataSettings,
  type DetectionFormat,
} from './dataset-format.js';
import type { Finding, FindingCode } from './finding.js';
import type { ImageReader, ReadImage } from './read-image.js';

/** Findings about an image whose files can't be read. */
const unreadable: readonly FindingCode[] = [
  'photo-missing',
  'photo-unreadable',
  'mask-missing',
  'mask-unreadable',
];
/** Findings about an object whose mask can't be used. */
const maskless: readonly FindingCode[] = ['segmentation-missing', 'segmentation-invalid'];

/** Sentences about the settings with which training accepts some of the findings. */
export function settingsFor(findings: readonly Finding[]): string[] {
  const has = (codes: readonly FindingCode[]): boolean => findings.some(({ code }) => codes.includes(code));
  return [
    ...(has(unreadable)
      ? ["data.skipUnreadable=true leaves out images that can't be read, and counts them."]
      : []),
    ...(has(maskless)
      ? ['data.skipMaskless=true leaves out objects without a usable mask, and counts them.']
      : []),
  ];
}

/**
 * A reader of the images of a data section, as its settings want them: what they leave out becomes a finding that says
 * so, and crowds become objects.
 *
 * @param thorough whether to read what is needed for checks alone, too
 */
export function readerOf(
  { format, data }: { readonly format: DetectionFormat; readonly data: DataSettings },
  thorough: boolean,
): ImageReader {
  const reader = format.detection.reader(data, thorough);
  const settings = commonSettings(data);
  return { read: async (id, record) => withSettings(await reader.read(id, record), settings) };
}

function withSettings(read: ReadImage, { skipUnreadable, skipMaskless, crowds }: CommonSettings): ReadImage {
  const findings = read.findings.map((finding) => {
    if (skipUnreadable && unreadable.includes(finding.code)) return leftOut(finding, 'image-left-out');
    if (skipMaskless && maskless.includes(finding.code)) return leftOut(finding, 'object-left-out');
    return finding;
  });
  if (isLeftOut({ findings })) return { ...read, image: undefined, objects: [], findings };
  if (crowds === 'ignore') return { ...read, findings };
  for (const { crowd, name, file, key } of read.objects) {
    if (!crowd) continue;
    const message = `${name} is flagged as a crowd, and taken as an object.`;
    findings.push({ code: 'crowd-as-object', file, object: key, message });
  }
  return { ...read, objects: read.objects.map((object) => ({ ...object, crowd: false })), findings };
}

function leftOut(finding: Finding, code: FindingCode): Finding {
  return { ...finding, code, message: `${finding.message.replace(/\.$/, '')}. It is left out.` };
}

/** Whether an image is left out as a whole. */
export function isLeftOut({ findings }: { readonly findings: readonly Finding[] }): boolean {
  return findings.some(({ code }) => code === 'image-left-out');
}

/** Sentences, with their numbers, about what the settings left out of an evaluation, from its images' findings. */
export function evaluationNotices(
  findings: readonly Finding[],
  { source, ids }: { readonly source: string; readonly ids: readonly string[] },
): string[] {
  const count = (wanted: FindingCode): number => findings.filter(({ code }) => code === wanted).length;
  const images = count('image-left-out');
  const objects = count('object-left-out');
  const crowds = count('crowd-as-object');
  return [
    ...(images > 0 ? [`${source}: images that can't be read, left out: ${images} of ${ids.length}.`] : []),
    ...(objects > 0 ? [`${source}: objects without a usable mask, left out: ${objects}.`] : []),
    ...(crowds > 0 ? [`${source}: objects flagged as crowds, taken as objects: ${crowds}.`] : []),
  ];
}
