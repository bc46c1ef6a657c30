import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** tfjs-core, by the one name under which all of src imports it: tensors, scopes and simple operations. */
export { tf };

/** Runs `run` and frees what it made and neither returns nor kept; `tf.tidy` for what its types don't know. */
export function tidied<R extends Tensor | readonly (Tensor | undefined)[]>(run: () => R): R {
  let result: R | undefined;
  tf.tidy(() => {
    result = run();
    return [result].flat().filter((tensor) => tensor !== undefined);
  });
  if (result === undefined) throw new Error('nothing was returned');
  return result;
}
