import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { RandomStream } from '../../random.js';
import { type Color, css, mixed } from './color.js';

const textures = [paintGradient, paintStripes, paintDots, paintChecks, paintClouds];

/**
 * Covers the square from `-extent` to `extent` of the context's frame with a texture of two colors, chosen by chance.
 * Its pattern repeats two to six times over the square.
 */
export function paintTexture(
  context: SKRSContext2D,
  extent: number,
  colors: readonly [Color, Color],
  random: RandomStream,
): void {
  const period = (2 * extent) / (2 + 4 * random.uniform());
  textures[random.integer(textures.length)]({ context, extent, period, colors, random });
}

interface Texture {
  readonly context: SKRSContext2D;
  readonly extent: number;
  readonly period: number;
  readonly colors: readonly [Color, Color];
  readonly random: RandomStream;
}

function fillGround({ context, extent }: Texture, color: Color): void {
  context.fillStyle = css(color);
  context.fillRect(-extent, -extent, 2 * extent, 2 * extent);
}

function paintGradient({ context, extent, colors }: Texture): void {
  const gradient = context.createLinearGradient(-extent, 0, extent, 0);
  gradient.addColorStop(0, css(colors[0]));
  gradient.addColorStop(1, css(colors[1]));
  context.fillStyle = gradient;
  context.fillRect(-extent, -extent, 2 * extent, 2 * extent);
}

function paintStripes(texture: Texture): void {
  const { context, extent, period, colors, random } = texture;
  fillGround(texture, colors[0]);
  context.fillStyle = css(colors[1]);
  const share = 0.3 + 0.4 * random.uniform();
  for (let x = -extent - period * random.uniform(); x < extent; x += period) {
    context.fillRect(x, -extent, period * share, 2 * extent);
  }
}

function paintDots(texture: Texture): void {
  const { context, extent, period, colors, random } = texture;
  fillGround(texture, colors[0]);
  context.fillStyle = css(colors[1]);
  const radius = period * (0.2 + 0.15 * random.uniform());
  let row = 0;
  for (let y = -extent; y < extent + period; y += period * 0.87, row++) {
    for (let x = -extent + (row % 2) * 0.5 * period; x < extent + period; x += period) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

function paintChecks(texture: Texture): void {
  const { context, extent, period, colors } = texture;
  fillGround(texture, colors[0]);
  context.fillStyle = css(colors[1]);
  const side = period / 2;
  let row = 0;
  for (let y = -extent; y < extent; y += side, row++) {
    for (let x = -extent + (row % 2) * side; x < extent; x += 2 * side) context.fillRect(x, y, side, side);
  }
}

/** Smooth noise: a few random tones, scaled up, and finer ones over them. */
function paintClouds(texture: Texture): void {
  const { context, extent, period, colors, random } = texture;
  fillGround(texture, colors[0]);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  for (const [octave, opacity] of [1, 0.5, 0.25].entries()) {
    const cells = Math.ceil((2 * extent * 2 ** octave) / period) + 1;
    const tones = createCanvas(cells, cells);
    const ink = tones.getContext('2d');
    for (let y = 0; y < cells; y++) {
      for (let x = 0; x < cells; x++) {
        ink.fillStyle = css(mixed(colors[0], colors[1], random.uniform()));
        ink.fillRect(x, y, 1, 1);
      }
    }
    context.globalAlpha = opacity;
    context.drawImage(tones, -extent, -extent, 2 * extent, 2 * extent);
  }
  context.globalAlpha = 1;
}
