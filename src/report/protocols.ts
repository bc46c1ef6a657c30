import type { CocoMetrics } from '../metrics/coco-protocol.js';
import type { DetectionMetrics } from '../metrics/detection-metrics.js';
import { percent } from '../metrics/metric-value.js';
import type { VocMetrics } from '../metrics/voc-protocol.js';
import { type Content, html, type Section, section, table } from './html.js';

interface Row {
  readonly protocol: Content;
  readonly metric: string;
  readonly box: string;
  readonly mask: string;
}

/** Metrics by every protocol, boxes beside masks. */
export function protocolSection({ voc, coco }: DetectionMetrics): Section {
  const vocRow = (protocol: string, metric: string, key: keyof VocMetrics): Row => ({
    protocol,
    metric,
    box: percent(voc.box[key]),
    mask: percent(voc.mask?.[key]),
  });
  const cocoRow = (metric: string, key: keyof CocoMetrics): Row => ({
    protocol: 'COCO',
    metric,
    box: percent(coco.box[key]),
    mask: percent(coco.mask?.[key]),
  });
  const sds = html`AP<sup>r</sup> (SDS)`;
  const rows = [
    vocRow('VOC, all-point', 'AP, IoU ≥ 0.5', 'AP50'),
    vocRow('VOC, all-point', 'AP, IoU ≥ 0.7', 'AP70'),
    vocRow('VOC, 11-point', 'AP, IoU ≥ 0.5', 'AP50_11point'),
    vocRow('VOC, 11-point', 'AP, IoU ≥ 0.7', 'AP70_11point'),
    { protocol: sds, metric: 'AP, IoU > 0.5', box: '', mask: percent(voc.mask?.AP_r) },
    {
      protocol: sds,
      metric: 'volume: mean over IoU > 0.1 … 0.9',
      box: '',
      mask: percent(voc.mask?.AP_r_vol),
    },
    cocoRow('AP, mean over IoU 0.50:0.95', 'AP'),
    cocoRow('AP, IoU ≥ 0.50', 'AP50'),
    cocoRow('AP, IoU ≥ 0.75', 'AP75'),
    cocoRow('AR, 1 detection per image and class', 'AR1'),
    cocoRow('AR, 10 detections', 'AR10'),
    cocoRow('AR, 100 detections', 'AR100'),
  ];
  return section(
    'protocols',
    'By every protocol',
    table<Row>(
      'In percent. VOC’s metrics of boxes leave difficult objects out; all others count them. Crowds are ignored. ' +
        'VOC’s 11-point rule for masks is that of MNC and FCIS. metrics.json holds all metrics unrounded, for each ' +
        'class, with their definitions.',
      [
        { head: 'protocol', cell: ({ protocol }) => protocol },
        { head: 'metric', cell: ({ metric }) => metric },
        { head: 'boxes', number: true, cell: ({ box }) => box },
        { head: 'masks', number: true, cell: ({ mask }) => mask },
      ],
      rows,
    ),
  );
}
