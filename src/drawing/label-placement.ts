import type { Box } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';

/** A label to be placed at a box. */
interface LabelRequest {
  readonly box: Box;
  readonly size: ImageSize;
}

/**
 * Finds a place for the label of each box: inside the drawing, at the box (above its upper left corner by preference),
 * away from other labels and, where there is a choice, not on top of small boxes. Small boxes choose first, for they
 * have the fewest places.
 *
 * @returns the rectangle of each label; it leaves the drawing only where the label is larger than that
 */
export function placeLabels(requests: readonly LabelRequest[], drawing: ImageSize): Box[] {
  const places = new Map<LabelRequest, Box>();
  const bySize = requests.toSorted((a, b) => area(a.box) - area(b.box));
  for (const request of bySize) {
    const taken = [...places.values()];
    const others = requests.filter((other) => other !== request).map((other) => other.box);
    let best: Box | undefined;
    let lowest = Number.POSITIVE_INFINITY;
    for (const [rank, wanted] of candidates(request).entries()) {
      const place = moveInside(wanted, drawing);
      const cost = rank / 100 + displacement(wanted, place) + hidden(place, request.box, others, taken);
      if (cost < lowest) [best, lowest] = [place, cost];
    }
    if (best !== undefined) places.set(request, best);
  }
  return requests.map((request) => places.get(request) ?? moveInside(candidates(request)[0], drawing));
}

/** Possible places of a label, best first: outside and inside the box's upper and lower edge, at its ends and along it. */
function candidates({ box, size: { width, height } }: LabelRequest): Box[] {
  const [x1, y1, x2, y2] = box;
  const at = (x: number, y: number): Box => [x, y, x + width, y + height];
  const rows = [y1 - height, y1, y2, y2 - height];
  const ends = rows.flatMap((y) => [at(x1, y), at(x2 - width, y)]);
  const between: Box[] = [];
  const middle = (y1 + y2 - height) / 2;
  for (const y of [...rows, middle]) {
    for (let x = x1; x <= x2 - width; x += Math.max(width / 2, (x2 - x1) / 12)) between.push(at(x, y));
  }
  // Last resort: stacked beside the box.
  const stacked = [-3, -2, 1, 2].map((n) => at(x1, y1 + n * height));
  return [...ends, ...between, ...stacked];
}

function moveInside([x1, y1, x2, y2]: Box, { width, height }: ImageSize): Box {
  const dx = Math.max(Math.min(0, width - x2), -x1);
  const dy = Math.max(Math.min(0, height - y2), -y1);
  return [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
}

/** Distance by which a label was moved, in units of its height. */
function displacement(wanted: Box, place: Box): number {
  return (Math.abs(wanted[0] - place[0]) + Math.abs(wanted[1] - place[1])) / (wanted[3] - wanted[1]);
}

/** Cost of covering other labels above all, then other boxes, then the label's own box. */
function hidden(place: Box, own: Box, others: readonly Box[], labels: readonly Box[]): number {
  let cost = (0.5 * intersection(place, own)) / area(own);
  for (const label of labels) cost += (10 * intersection(place, label)) / area(place);
  for (const other of others) cost += (2 * intersection(place, other)) / area(other);
  return cost;
}

function area([x1, y1, x2, y2]: Box): number {
  return Math.max((x2 - x1) * (y2 - y1), 1);
}

function intersection(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return width > 0 && height > 0 ? width * height : 0;
}
