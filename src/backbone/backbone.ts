import type { NormSettings } from '../nn/layers.js';
import type { Ops } from '../nn/ops.js';
import type { Scope } from '../nn/parameter.js';

/** Part of a network that turns one map into another. */
export type Stage = <T>(ops: Ops<T>, x: T) => T;

/** Convolutional network whose last four stages feed a detector, and whose last one feeds a classifier. */
export interface Backbone {
  /** Channels of C2, C3, C4 and C5, the outputs at 1/4, 1/8, 1/16 and 1/32 of the image's size. */
  readonly channels: readonly [c2: number, c3: number, c4: number, c5: number];
  /** Part before the stages, of normalized images `[N, H, W, 3]` whose sides are multiples of 32. */
  readonly stem: Stage;
  /** Stages that make C2 to C5, each of the one before. */
  readonly stages: readonly [c2: Stage, c3: Stage, c4: Stage, c5: Stage];
  /** Classifier's layers behind the mean of C5. */
  readonly classifier: {
    /** Name of the dense layer. */
    readonly name: string;
    /** Share of the features that training drops before it. */
    readonly dropout: number;
  };
}

/** Computes the outputs of the first `count` stages, C2 and following, of normalized images `[N, H, W, 3]`. */
export function stageOutputs<T>({ stem, stages }: Backbone, ops: Ops<T>, images: T, count: number): T[] {
  const outputs: T[] = [];
  let x = ops.part('stem', () => stem(ops, images));
  for (const [i, stage] of stages.slice(0, count).entries()) {
    const input = x;
    x = ops.part(`C${i + 2}`, () => stage(ops, input));
    outputs.push(x);
  }
  return outputs;
}

/** Makes one stage of parts that follow each other. */
export function inSequence(parts: readonly Stage[]): Stage {
  return (ops, x) => parts.reduce((y, run) => ops.block(run, y), x);
}

/** Scope and norms of a stage of a backbone: the stem is stage 0, C2 to C5 are stages 1 to 4. */
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
