/** At most `count` indices below `length`, in rising order and about equally far from each other. */
export function evenlySpaced(count: number, length: number): number[] {
  const wanted = Math.min(count, length);
  return Array.from({ length: wanted }, (_, i) => Math.floor((i * length) / wanted));
}
