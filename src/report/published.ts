import type { Figure, Metrics } from '../metrics/metrics.js';

/** What somebody published about a detector. */
export interface PublishedDetector {
  readonly name: string;
  readonly source: string;
  /** What it was trained and scored on. */
  readonly data: string;
  readonly figures: readonly PublishedFigure[];
}

/** A published figure, in percent as printed, and ours by the same protocol. */
export interface PublishedFigure {
  readonly protocol: string;
  readonly percent: string;
  readonly own: (metrics: Metrics) => Figure | undefined;
}

const elevenPoint50 = {
  protocol: 'masks, 11-point, IoU ≥ 0.5',
  own: ({ voc }: Metrics) => voc.mask?.AP50_11point,
} as const;

/**
 * Results of comparable detectors on Pascal VOC. None of them is of the paper's baseline on the paper's split: their data
 * differ, which stands beside each.
 */
export const publishedDetectors: readonly PublishedDetector[] = [
  {
    name: 'Mask R-CNN, ResNet-50-C4',
    source: 'chainer-mask-rcnn 0.5.24, examples/voc',
    data: 'SBD train, scored on SBD val',
    figures: [{ ...elevenPoint50, percent: '66.0' }],
  },
  {
    name: 'FCIS, ResNet-101',
    source: 'Li et al., CVPR 2017, as quoted by ChainerCV, examples/fcis',
    data: 'SBD train, scored on SBD val',
    figures: [
      { ...elevenPoint50, percent: '65.7' },
      {
        protocol: 'masks, 11-point, IoU ≥ 0.7',
        percent: '52.1',
        own: ({ voc }) => voc.mask?.AP70_11point,
      },
    ],
  },
  {
    name: 'Mask R-CNN, ResNet-50-FPN (torchvision)',
    source: 'Wb-az/Image-Processing-PascalVOC on GitHub',
    data: 'pretrained; VOC 2012 segmentation, 2,913 images, of which a tenth is the test set',
    figures: [
      { protocol: 'boxes, COCO AP', percent: '53.6', own: ({ coco }) => coco.box.AP },
      { protocol: 'boxes, COCO AP50', percent: '78.2', own: ({ coco }) => coco.box.AP50 },
      { protocol: 'masks, COCO AP', percent: '44.6', own: ({ coco }) => coco.mask?.AP },
      { protocol: 'masks, COCO AP50', percent: '71.4', own: ({ coco }) => coco.mask?.AP50 },
    ],
  },
];
