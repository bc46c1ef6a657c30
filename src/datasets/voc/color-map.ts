/** An 8-bit RGB color. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The colors that VOC's masks give the indices 0 to 255: the index's bits, dealt out to the channels' upper bits. */
export const vocColorMap: readonly Rgb[] = Array.from({ length: 256 }, (_, index) => {
  const channel = (first: number): number => {
    let value = 0;
    for (let bit = 0; bit < 8; bit++) value |= ((index >> (3 * bit + first)) & 1) << (7 - bit);
    return value;
  };
  return [channel(0), channel(1), channel(2)];
});

const indices = new Map(vocColorMap.map((color, index) => [packColor(...color), index]));

/** The index of a color in VOC's color map. */
export function vocColorIndex(red: number, green: number, blue: number): number | undefined {
  return indices.get(packColor(red, green, blue));
}

function packColor(red: number, green: number, blue: number): number {
  return (red << 16) | (green << 8) | blue;
}
