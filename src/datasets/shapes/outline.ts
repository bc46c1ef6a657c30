import { Path2D } from '@napi-rs/canvas';
import type { ShapeClass } from './layout.js';

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
