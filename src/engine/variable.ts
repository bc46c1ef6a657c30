import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, executeMultiple, flag, shape as shapeAttribute, text, type } from './kernels.js';
import { tf } from './tf.js';

const dtype = { dtype: type('float32') };
let created = 0;

/**
 * A float32 tensor that is updated in place: one of TensorFlow's resource variables. tfjs-core's own variables are
 * replaced at each update, which costs a temporary for every term of the update.
 */
export class Variable {
  readonly shape: readonly number[];
  readonly #handle: Tensor;

  constructor(shape: readonly number[]) {
    this.shape = shape;
    this.#handle = tf.keep(
      execute(
        'VarHandleOp',
        {
          ...dtype,
          shape: shapeAttribute(shape),
          container: text(''),
          shared_name: text(`variable-${created++}`),
        },
        [],
      ),
    );
  }

  /** The values now; a later update leaves them as they are. The tensor is the caller's. */
  read(): Tensor {
    return execute('ReadVariableOp', dtype, [this.#handle]);
  }

  /** Takes new values, of the variable's shape. */
  assign(values: Tensor): void {
    executeMultiple('AssignVariableOp', { ...dtype, validate_shape: flag(false) }, [this.#handle, values], 0);
  }

  /**
   * One step of gradient descent with momentum: `velocity ← momentum · velocity + gradient`, then
   * `value ← value − rate · velocity`.
   */
  descend(velocity: Variable, gradient: Tensor, rate: Tensor, momentum: Tensor): void {
    executeMultiple(
      'ResourceApplyMomentum',
      { T: type('float32'), use_locking: flag(false), use_nesterov: flag(false) },
      [this.#handle, velocity.#handle, rate, gradient, momentum],
      0,
    );
  }

  /** Frees the values. */
  dispose(): void {
    executeMultiple('DestroyResourceOp', { ignore_lookup_error: flag(false) }, [this.#handle], 0);
    this.#handle.dispose();
  }
}
