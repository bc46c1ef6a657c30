import type { NormSettings } from '../nn/layers.js';
import type { Ops } from '../nn/ops.js';
import type { Scope } from '../nn/parameter.js';

/** A convolutional network whose last four stages feed a detector. */
export interface Backbone {
  /** Channels of C2, C3, C4 and C5, the outputs at 1/4, 1/8, 1/16 and 1/32 of the image's size. */
  readonly channels: readonly [c2: number, c3: number, c4: number, c5: number];
  /** C2 to C5 of normalised images `[N, H, W, 3]` whose sides are multiples of 32. */
  forward<T>(ops: Ops<T>, images: T): [c2: T, c3: T, c4: T, c5: T];
}

/** The scope and the norms of a backbone's stages: the stem is stage 0, C2 to C5 are stages 1 to 4. */
export interface StageSettings {
  readonly scope: Scope;
  readonly norm: NormSettings;
}

/** Freezes all stages but the last `trainableStages` of the five: their weights, and their norms' statistics too. */
export function stageSettings(
  scope: Scope,
  norm: NormSettings,
  trainableStages: number,
): (stage: number) => StageSettings {
  return (stage) =>
    stage < 5 - trainableStages
      ? { scope: scope.frozen(), norm: { ...norm, mode: 'frozen' } }
      : { scope, norm };
}
