import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { RgbImage, Sample } from '../datasets/sample.js';
import type { ImageSize } from '../geometry/image-size.js';
import type { Detection } from '../geometry/instance.js';
import { drawnDetections, drawnInstances } from './draw-detections.js';
import { type DrawnObject, drawObjects, legibleScale } from './draw-objects.js';
import { capitalHeight, font } from './fonts.js';

/** An image with objects over it and a caption. */
export interface Panel {
  readonly image: RgbImage;
  readonly objects: readonly DrawnObject[];
  readonly caption: string;
}

const margin = 16;
const gap = 12;
const captionSize = 14;
const captionHeight = 26;

/**
 * Panels beside each other, such as ground truth and prediction, each with its caption above.
 *
 * @param title stands above them all, such as the image's id
 */
export function sideBySide(panels: readonly Panel[], title: string): Canvas {
  const drawn = panels.map(({ image, objects }) =>
    drawObjects(image, objects, { scale: legibleScale(image) }),
  );
  const top = margin + 2 * captionHeight;
  const canvas = sheet({
    width: 2 * margin + sum(drawn.map(({ width }) => width)) + gap * (drawn.length - 1),
    height: top + Math.max(...drawn.map(({ height }) => height)) + margin,
  });
  const context = canvas.getContext('2d');
  drawText(context, title, { left: margin, top: margin / 2, width: canvas.width - 2 * margin }, 600);
  let left = margin;
  for (const [i, panel] of drawn.entries()) {
    const { width } = panel;
    drawText(context, panels[i].caption, { left, top: top - captionHeight, width }, 500);
    context.drawImage(panel, left, top);
    left += width + gap;
  }
  return canvas;
}

/** Width of a contact sheet without its margins, and the height that its rows are near. */
const sheetWidth = 1600;
const rowHeight = 300;

/** Many panels on one sheet, in rows that fill its width, each with its caption below. */
export function contactSheet(panels: readonly Panel[]): Canvas {
  const rows = layOutRows(panels);
  const canvas = sheet({
    width: 2 * margin + Math.max(...rows.map((row) => rowWidth(row.panels, row.height))),
    height: 2 * margin + sum(rows.map((row) => row.height + captionHeight)) + gap * (rows.length - 1),
  });
  const context = canvas.getContext('2d');
  let top = margin;
  for (const { panels, height } of rows) {
    let left = margin;
    for (const { image, objects, caption } of panels) {
      const drawn = drawObjects(image, objects, { scale: height / image.height });
      context.drawImage(drawn, left, top);
      drawText(context, caption, { left, top: top + height, width: drawn.width }, 500);
      left += drawn.width + gap;
    }
    top += height + captionHeight + gap;
  }
  return canvas;
}

interface Row {
  readonly panels: readonly Panel[];
  readonly height: number;
}

/** Spreads the panels over rows of about the same width; a row's height makes it fill the sheet. */
function layOutRows(panels: readonly Panel[]): Row[] {
  const total = sum(panels.map(aspectRatio));
  // Rounded up rather than down: a row more has larger images.
  const count = Math.max(1, Math.round((total * rowHeight) / sheetWidth + 0.25));
  const rows = Array.from({ length: count }, (): Panel[] => []);
  let before = 0;
  for (const panel of panels) {
    const middle = before + aspectRatio(panel) / 2;
    rows[Math.floor((middle / total) * count)].push(panel);
    before += aspectRatio(panel);
  }
  return rows
    .filter((row) => row.length > 0)
    .map((row) => ({ panels: row, height: Math.min(fittingHeight(row), 1.3 * rowHeight) }));
}

function aspectRatio({ image }: Panel): number {
  return image.width / image.height;
}

function fittingHeight(row: readonly Panel[]): number {
  return Math.max(1, Math.floor((sheetWidth - gap * (row.length - 1)) / sum(row.map(aspectRatio))));
}

function rowWidth(row: readonly Panel[], height: number): number {
  const widths = row.map(({ image }) => Math.max(1, Math.round((image.width * height) / image.height)));
  return sum(widths) + gap * (row.length - 1);
}

function sheet({ width, height }: ImageSize): Canvas {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  return canvas;
}

/** Writes a line of text, vertically centered in a caption's height and cut off where it is too long. */
function drawText(
  context: SKRSContext2D,
  text: string,
  { left, top, width }: { readonly left: number; readonly top: number; readonly width: number },
  weight: 500 | 600,
): void {
  context.font = font(captionSize, weight);
  context.fillStyle = weight === 600 ? '#111111' : '#444444';
  context.textBaseline = 'alphabetic';
  const fits = (shown: string) => context.measureText(shown).width <= width;
  let shown = text;
  for (let length = text.length - 1; length > 0 && !fits(shown); length--) {
    shown = `${text.slice(0, length)}…`;
  }
  context.fillText(shown, left, top + (captionHeight + captionSize * capitalHeight) / 2);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Detections that score less aren't drawn: most of an image's hundred are there for recall alone. */
const leastScore = 0.5;

/** Ground truth of a sample beside what was detected; a detection that finds an object has its color. */
export function drawComparison(
  { id, image, instances, ignored }: Sample,
  detections: readonly Detection[],
  classes: readonly string[],
): Canvas {
  const shown = detections.filter(({ score }) => score >= leastScore);
  return sideBySide(
    [
      { image, objects: drawnInstances(instances, classes, ignored), caption: 'ground truth' },
      { image, objects: drawnDetections(shown, instances), caption: `prediction, score ≥ ${leastScore}` },
    ],
    id,
  );
}
