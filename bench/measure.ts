import type { Item } from './items.js';
import { type Settings, type Side, startOurs, startTheirs } from './side.js';
import type { Measured, Row } from './table.js';

/** Rounds before those that count: the first ones make what later ones find ready. */
const warmUp = 2;

/** Does an item's work on each side in turns. */
export async function measure(
  item: Item,
  settings: Settings,
  rounds: number,
  python: string | undefined,
): Promise<Row> {
  const peers = item.peer && python ? ['eager', ...(settings.precision === 'bf16' ? ['autocast'] : [])] : [];
  const sides = new Map<string, Side>([['ours', startOurs()]]);
  for (const name of peers) sides.set(name, startTheirs(python ?? ''));
  const seconds = new Map<string, number[]>();
  for (const [name, side] of sides) {
    const precision = name === 'eager' ? 'float32' : settings.precision;
    await side.ask({ kind: 'prepare', ...item.work, ...settings, precision });
    seconds.set(name, []);
  }
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const [name, side] of sides) {
      const answer = await side.ask<{ seconds: number }>({ kind: 'run' });
      if (round >= warmUp) seconds.get(name)?.push(answer.seconds);
    }
  }
  const measured: Record<string, Measured> = {};
  for (const [name, side] of sides) {
    const { megabytes } = await side.ask<{ megabytes: number }>({ kind: 'finish' });
    measured[name] = { seconds: seconds.get(name) ?? [], megabytes };
    side.end();
  }
  const { ours, ...others } = measured;
  return { name: item.name, ours, peers: others };
}
