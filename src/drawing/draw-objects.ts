import type { Canvas, SKRSContext2D } from '@napi-rs/canvas';
import type { RgbImage } from '../datasets/sample.js';
import type { Box } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';
import type { LocatedObject } from '../geometry/instance.js';
import { maskContours } from '../geometry/mask-contours.js';
import type { RunLengthMask } from '../geometry/run-length-mask.js';
import { imageCanvas } from './canvas.js';
import { textColor } from './colors.js';
import { capitalHeight, font } from './fonts.js';
import { placeLabels } from './label-placement.js';

/** An object as it is drawn, annotated or detected. */
export interface DrawnObject extends Pick<LocatedObject, 'box' | 'mask'> {
  readonly name: string;
  /** 0 to 1. */
  readonly score?: number | undefined;
  /** A CSS color. */
  readonly color: string;
}

/** Sizes of a drawing. */
export interface DrawOptions {
  /** Size of the drawing in units of the image's; 1 by default. */
  readonly scale?: number | undefined;
  /** Size of the labels in units of what suits a drawing that is shown at its own size; 1 by default. */
  readonly textScale?: number | undefined;
}

/**
 * Scale at which labels are legible: small images are enlarged by a whole number, so that labels have room; those of more
 * than 1600 pixels are reduced.
 */
export function legibleScale({ width, height }: ImageSize): number {
  const longer = Math.max(width, height);
  return longer > 1600 ? 1600 / longer : Math.max(1, Math.floor(512 / longer));
}

/** Share of an object's color in the pixels of its mask. */
const fillOpacity = 0.42;

/**
 * Draws objects over their image: masks filled and outlined, boxes, and labels with name and score. Large objects come
 * first, labels last, so that nothing small is covered. Lines and text grow with the drawing.
 */
export function drawObjects(
  image: RgbImage,
  objects: readonly DrawnObject[],
  { scale = 1, textScale = 1 }: DrawOptions = {},
): Canvas {
  const canvas = imageCanvas(image, scale);
  const context = canvas.getContext('2d');
  const style = drawingStyle(canvas, textScale);
  const x = canvas.width / image.width;
  const y = canvas.height / image.height;
  const located = objects
    .map(
      ({ box, ...rest }): DrawnObject => ({
        ...rest,
        box: [box[0] * x, box[1] * y, box[2] * x, box[3] * y],
      }),
    )
    .sort((a, b) => boxArea(b.box) - boxArea(a.box));
  for (const { mask, color } of located) {
    drawMask(context, mask, { x, y }, { color, ...style });
  }
  for (const { box, color } of located) drawBox(context, box, color, style);
  drawLabels(context, located, style);
  return canvas;
}

interface DrawingStyle {
  readonly lineWidth: number;
  readonly fontSize: number;
}

/** Sizes for a drawing: 12 px text and 1.6 px lines at VOC's 500 × 375, growing a little slower than its sides. */
function drawingStyle({ width, height }: ImageSize, textScale: number): DrawingStyle {
  const growth = (Math.sqrt(width * height) / 433) ** 0.85;
  return {
    lineWidth: Math.max(1.2, 1.6 * growth),
    fontSize: Math.max(10, Math.round(12 * growth * textScale)),
  };
}

function drawMask(
  context: SKRSContext2D,
  mask: RunLengthMask,
  scale: { readonly x: number; readonly y: number },
  { color, lineWidth }: Pick<DrawingStyle, 'lineWidth'> & { readonly color: string },
): void {
  context.beginPath();
  for (const contour of maskContours(mask)) {
    context.moveTo(contour[0] * scale.x, contour[1] * scale.y);
    for (let i = 2; i < contour.length; i += 2) {
      context.lineTo(contour[i] * scale.x, contour[i + 1] * scale.y);
    }
    context.closePath();
  }
  context.save();
  context.globalAlpha = fillOpacity;
  context.fillStyle = color;
  context.fill('evenodd');
  context.restore();
  context.lineJoin = 'round';
  context.lineWidth = lineWidth;
  context.strokeStyle = color;
  context.stroke();
}

function drawBox(
  context: SKRSContext2D,
  [x1, y1, x2, y2]: Box,
  color: string,
  { lineWidth }: DrawingStyle,
): void {
  // Thinner than the outlines of masks, which say more; whole where a side lies on the drawing's edge.
  const thickness = lineWidth * 0.75;
  const { width, height } = context.canvas;
  const left = Math.max(x1, thickness / 2);
  const top = Math.max(y1, thickness / 2);
  context.lineJoin = 'miter';
  context.lineWidth = thickness;
  context.strokeStyle = color;
  context.strokeRect(
    left,
    top,
    Math.min(x2, width - thickness / 2) - left,
    Math.min(y2, height - thickness / 2) - top,
  );
}

function drawLabels(context: SKRSContext2D, objects: readonly DrawnObject[], style: DrawingStyle): void {
  const { canvas } = context;
  const labels = objects.map((object) => ({
    ...measureLabel(context, object, style.fontSize, canvas),
    box: object.box,
    color: object.color,
  }));
  const places = placeLabels(labels, canvas);
  context.textBaseline = 'alphabetic';
  for (const [i, { text, fontSize, color }] of labels.entries()) {
    const [x1, y1, x2, y2] = places[i];
    context.fillStyle = color;
    context.beginPath();
    context.roundRect(x1, y1, x2 - x1, y2 - y1, fontSize * 0.22);
    context.fill();
    context.fillStyle = textColor;
    context.font = font(fontSize, 600);
    context.fillText(text, x1 + fontSize * labelPadding, (y1 + y2 + fontSize * capitalHeight) / 2);
  }
}

/** Space to the left and to the right of a label's text, in units of its size. */
const labelPadding = 0.38;

interface MeasuredLabel {
  readonly text: string;
  readonly fontSize: number;
  readonly size: ImageSize;
}

/** Measures a label; one that is wider than the drawing gets smaller text. */
function measureLabel(
  context: SKRSContext2D,
  { name, score }: DrawnObject,
  fontSize: number,
  drawing: ImageSize,
): MeasuredLabel {
  const text = score === undefined ? name : `${name} ${score.toFixed(2)}`;
  context.font = font(fontSize, 600);
  const width = context.measureText(text).width + 2 * labelPadding * fontSize;
  const shrink = Math.min(1, drawing.width / width);
  return {
    text,
    fontSize: fontSize * shrink,
    size: { width: width * shrink, height: fontSize * 1.42 * shrink },
  };
}

function boxArea([x1, y1, x2, y2]: Box): number {
  return (x2 - x1) * (y2 - y1);
}
