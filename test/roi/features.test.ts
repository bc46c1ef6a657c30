import { beforeAll, expect, it } from 'vitest';
import { tf } from '../../src/engine/tf.js';
import { TensorOps } from '../../src/nn/tensor-ops.js';
import { Weights } from '../../src/nn/weights.js';
import { overRois, selectRoiFeatures } from '../../src/roi/features.js';
import { roiAlign, roiMaps } from '../../src/roi/roi-align.js';
import { useEngine } from '../support/engine.js';
import { random } from '../support/gradients.js';
import { largestDifference } from '../support/reference.js';

beforeAll(async () => {
  await useEngine();
});

const ops = () => new TensorOps(new Weights([], 1));

it('looks at many RoIs in turns, with the same result', () => {
  tf.tidy(() => {
    // So large RoIs and so many channels that four of six are looked at together.
    const roiSize = 64;
    const maps = roiMaps(undefined, [random([2, 8, 8, 1024], 1)], 16);
    const boxes = [0, 1, 2, 3, 4, 5].flatMap((i) => [5 * i, 7 * i, 40 + 9 * i, 60 + 8 * i]);
    const rois = { boxes: Float32Array.from(boxes), images: Int32Array.of(0, 0, 1, 0, 1, 1) };
    const turns: number[][] = [];
    const features = { roiSize, forward: <T>(_: unknown, pooled: T): T => pooled };
    const [means, squares] = overRois({ ops: ops(), maps, features }, rois, (some, first) => {
      turns.push([first, some.shape[0]]);
      return [tf.mean(some, [1, 2]), tf.mean(tf.square(some), [1, 2, 3])];
    });
    expect(turns).toEqual([
      [0, 4],
      [4, 2],
    ]);
    const all = roiAlign(undefined, maps, rois, roiSize);
    expect(means.shape).toEqual([6, 1024]);
    expect(largestDifference(means.dataSync(), tf.mean(all, [1, 2]).dataSync())).toBeLessThan(1e-6);
    expect(largestDifference(squares.dataSync(), tf.mean(tf.square(all), [1, 2, 3]).dataSync())).toBeLessThan(
      1e-6,
    );
  });
});

it("selects RoIs' features", () => {
  tf.tidy(() => {
    const features = random([5, 2, 3, 4], 1);
    const selected = selectRoiFeatures(ops(), features, Int32Array.of(3, 0));
    expect(selected.shape).toEqual([2, 2, 3, 4]);
    const [first, , , fourth] = tf.unstack(features);
    expect([...selected.dataSync()]).toEqual([...fourth.dataSync(), ...first.dataSync()]);
  });
});
