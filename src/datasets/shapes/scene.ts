import { type Canvas, createCanvas, Path2D, type SKRSContext2D } from '@napi-rs/canvas';
import type { RandomStream } from '../../random.js';
import { backgroundColor, type Color, distinctColor, secondTone } from './color.js';
import { type ShapeClass, shapeClasses } from './layout.js';
import { paintTexture } from './texture.js';

/** A generated image with its objects. */
export interface Scene {
  readonly canvas: Canvas;
  /** The classes of the shapes, the lowest first. */
  readonly shapes: readonly ShapeClass[];
  /** Number of the shape that each pixel shows, row by row: 1 is the first, 0 the background. */
  readonly owners: Uint8Array;
}

const mostShapes = 4;
/** A shape shows at least this share of its pixels … */
const leastShare = 0.5;
/** … and so many of them. */
const leastPixels = 40;
/** Of the smallest circle around a shape, in pixels. */
const leastRadius = 8;

/** Place of a shape: the circle around it, in pixels, and its rotation. */
interface Placement {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly rotation: number;
}

/**
 * Draws shapes over one another on a textured background.
 *
 * @param single the one shape to draw; 1 to 4 by chance without it
 */
export function drawScene(width: number, height: number, random: RandomStream, single?: ShapeClass): Scene {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const background = backgroundColor(random);
  paintBackground(context, background, random);

  const light = 2 * Math.PI * random.uniform();
  const owners = new Uint8Array(width * height);
  const areas: number[] = [];
  const shapes: ShapeClass[] = [];
  const colors: Color[] = [background];
  const wanted = single ? 1 : 1 + random.integer(mostShapes);
  for (let attempt = 0; attempt < 20 * wanted && shapes.length < wanted; attempt++) {
    const shape = single ?? shapeClasses[random.integer(shapeClasses.length)];
    const placement = randomPlacement(width, height, random, single !== undefined);
    const pixels = coveredPixels(shape, placement, width, height);
    if (!staysVisible(pixels, owners, areas)) continue;
    const color = distinctColor(colors, random);
    paintShape(context, { shape, placement, color }, light, random);
    shapes.push(shape);
    colors.push(color);
    areas.push(pixels.length);
    for (const pixel of pixels) owners[pixel] = shapes.length;
  }
  addGrain(context, random);
  return { canvas, shapes, owners };
}

/** Most of a shape lies inside the image; its border may cut off the rest. A single one is larger, and all inside. */
function randomPlacement(width: number, height: number, random: RandomStream, single: boolean): Placement {
  const [least, greatest] = single ? [0.2, 0.45] : [0.11, 0.35];
  const share = least + (greatest - least) * random.uniform();
  const radius = Math.max(leastRadius, Math.min(width, height) * share);
  const margin = single ? radius : 0.6 * radius;
  const within = (side: number): number => margin + (side - 2 * margin) * random.uniform();
  return { x: within(width), y: within(height), radius, rotation: 2 * Math.PI * random.uniform() };
}

/** The pixels that a shape covers by half or more. */
function coveredPixels(shape: ShapeClass, placement: Placement, width: number, height: number): Uint32Array {
  const context = createCanvas(width, height).getContext('2d');
  enterFrame(context, placement);
  context.fill(shapeOutline(shape), 'evenodd');
  const { data } = context.getImageData(0, 0, width, height);
  const pixels: number[] = [];
  for (let pixel = 0; pixel < width * height; pixel++) {
    if (data[4 * pixel + 3] >= 128) pixels.push(pixel);
  }
  return Uint32Array.from(pixels);
}

/** Whether a shape on these pixels, and all those that it would be laid on, can be made out. */
function staysVisible(pixels: Uint32Array, owners: Uint8Array, areas: readonly number[]): boolean {
  const visible = new Uint32Array(areas.length + 1);
  for (const owner of owners) visible[owner]++;
  for (const pixel of pixels) visible[owners[pixel]]--;
  return (
    pixels.length >= leastPixels &&
    areas.every((area, i) => visible[i + 1] >= Math.max(leastPixels, leastShare * area))
  );
}

/** Makes the unit circle around the origin the circle of a placement. */
function enterFrame(context: SKRSContext2D, { x, y, radius, rotation }: Placement): void {
  context.translate(x, y);
  context.rotate(rotation);
  context.scale(radius, radius);
}

function paintBackground(context: SKRSContext2D, color: Color, random: RandomStream): void {
  const { width, height } = context.canvas;
  context.save();
  context.translate(width / 2, height / 2);
  context.rotate(2 * Math.PI * random.uniform());
  const second = secondTone(color, 6 + 16 * random.uniform(), random);
  paintTexture(context, Math.hypot(width, height) / 2, [color, second], random);
  context.restore();
}

/** A shape with its place and its color. */
interface PlacedShape {
  readonly shape: ShapeClass;
  readonly placement: Placement;
  readonly color: Color;
}

/** A textured shape with a soft shadow, lit from the direction `light`. */
function paintShape(
  context: SKRSContext2D,
  { shape, placement, color }: PlacedShape,
  light: number,
  random: RandomStream,
): void {
  const outline = shapeOutline(shape);
  const second = secondTone(color, 10 + 25 * random.uniform(), random);
  const [towardsX, towardsY] = [Math.cos(light), Math.sin(light)];
  const { radius, rotation } = placement;

  context.save();
  // The canvas doesn't transform shadows.
  context.shadowColor = 'rgba(0, 0, 0, 0.45)';
  context.shadowBlur = 0.25 * radius;
  context.shadowOffsetX = -0.1 * radius * towardsX;
  context.shadowOffsetY = -0.1 * radius * towardsY;
  enterFrame(context, placement);
  context.fillStyle = 'black';
  context.fill(outline, 'evenodd');
  context.restore();

  context.save();
  enterFrame(context, placement);
  context.clip(outline, 'evenodd');
  context.save();
  context.rotate(2 * Math.PI * random.uniform());
  paintTexture(context, 1.05, [color, second], random);
  context.restore();
  context.rotate(-rotation);
  const shade = context.createLinearGradient(towardsX, towardsY, -towardsX, -towardsY);
  shade.addColorStop(0, 'rgba(255, 255, 255, 0.3)');
  shade.addColorStop(0.5, 'rgba(255, 255, 255, 0)');
  shade.addColorStop(0.5, 'rgba(0, 0, 0, 0)');
  shade.addColorStop(1, 'rgba(0, 0, 0, 0.35)');
  context.fillStyle = shade;
  context.fillRect(-1.05, -1.05, 2.1, 2.1);
  context.restore();
}

/** Adds the noise of a camera's sensor. */
function addGrain(context: SKRSContext2D, random: RandomStream): void {
  const { width, height } = context.canvas;
  const amplitude = 4 + 16 * random.uniform();
  const image = context.getImageData(0, 0, width, height);
  for (let i = 0; i < image.data.length; i += 4) {
    const grain = amplitude * (random.uniform() + random.uniform() - 1);
    for (let channel = 0; channel < 3; channel++) image.data[i + channel] += grain;
  }
  context.putImageData(image, 0, 0);
}

/** The outline of a shape around the origin, inside the unit circle; to be filled by the even-odd rule. */
export function shapeOutline(shape: ShapeClass): Path2D {
  switch (shape) {
    case 'circle':
      return disc(0.88);
    case 'square':
      return polygon(4, 1, 1);
    case 'triangle':
      return polygon(3, 1, 1);
    case 'star':
      return polygon(10, 1, 0.45);
    case 'ring': {
      const ring = disc(0.95);
      ring.addPath(disc(0.5));
      return ring;
    }
  }
}

function disc(radius: number): Path2D {
  const path = new Path2D();
  path.arc(0, 0, radius, 0, 2 * Math.PI);
  path.closePath();
  return path;
}

/** A polygon whose corners lie by turns at two distances from the center. */
function polygon(corners: number, even: number, odd: number): Path2D {
  const path = new Path2D();
  for (let i = 0; i < corners; i++) {
    const radius = i % 2 === 0 ? even : odd;
    const angle = (2 * Math.PI * i) / corners;
    path.lineTo(radius * Math.cos(angle), radius * Math.sin(angle));
  }
  path.closePath();
  return path;
}
