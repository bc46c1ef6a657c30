import { createCanvas } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { shapeClasses } from '../../../src/datasets/shapes/layout.js';
import { drawScene, shapeOutline } from '../../../src/datasets/shapes/scene.js';
import { randomStream } from '../../../src/random.js';

describe('drawScene', () => {
  const scenes = Array.from({ length: 60 }, (_, i) => {
    const random = randomStream(1, 'scene', i);
    return drawScene(32 + 4 * i, 96, random);
  });

  it('shows 1 to 4 shapes, each by 40 pixels or more', () => {
    for (const { shapes, owners } of scenes) {
      expect(shapes.length).toBeGreaterThanOrEqual(1);
      expect(shapes.length).toBeLessThanOrEqual(4);
      for (let shape = 1; shape <= shapes.length; shape++) {
        expect(owners.filter((owner) => owner === shape).length).toBeGreaterThanOrEqual(40);
      }
      expect(Math.max(...owners)).toBe(shapes.length);
    }
    expect(new Set(scenes.map(({ shapes }) => shapes.length)).size).toBe(4);
    expect(new Set(scenes.flatMap(({ shapes }) => shapes))).toEqual(new Set(shapeClasses));
  });

  it('is opaque everywhere and the same for the same random stream', () => {
    const [a, b] = [0, 0].map(() => drawScene(64, 48, randomStream(9, 'scene')));
    const pixels = (scene: typeof a) => scene.canvas.getContext('2d').getImageData(0, 0, 64, 48).data;
    expect(pixels(a)).toEqual(pixels(b));
    expect(a.owners).toEqual(b.owners);
    expect(pixels(a).every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
  });
});

describe('shapeOutline', () => {
  it.each([
    ['circle', Math.PI * 0.88 ** 2],
    ['square', 2],
    ['triangle', 1.5 * Math.sin((2 * Math.PI) / 3)],
    ['star', 5 * 0.45 * Math.sin(Math.PI / 5)],
    ['ring', Math.PI * (0.95 ** 2 - 0.5 ** 2)],
  ] as const)('draws a %s of the right area inside the unit circle', (shape, area) => {
    const radius = 100;
    const context = createCanvas(240, 240).getContext('2d');
    context.translate(120, 120);
    context.scale(radius, radius);
    context.fill(shapeOutline(shape), 'evenodd');
    const { data } = context.getImageData(0, 0, 240, 240);
    let covered = 0;
    for (let pixel = 0; pixel < 240 * 240; pixel++) {
      const alpha = data[4 * pixel + 3];
      covered += alpha / 255;
      const [x, y] = [(pixel % 240) - 119.5, Math.floor(pixel / 240) - 119.5];
      if (alpha > 0) expect(Math.hypot(x, y)).toBeLessThan(radius + 1);
    }
    expect(covered / radius ** 2 / area).toBeCloseTo(1, 2);
  });
});
