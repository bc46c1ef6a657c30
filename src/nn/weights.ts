import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, type } from '../engine/kernels.js';
import { tf } from '../engine/tf.js';
import { Variable } from '../engine/variable.js';
import { hashText } from '../random.js';
import type { Parameter } from './parameter.js';

/** Values of a model's parameters, by name. */
export class Weights {
  readonly parameters: readonly Parameter[];
  readonly #variables = new Map<string, Variable>();

  /** Draws the first values as the parameters' initializers say: the same for the same seed. */
  constructor(parameters: readonly Parameter[], seed: number) {
    this.parameters = parameters;
    for (const parameter of parameters) {
      const variable = new Variable(parameter.shape);
      const values = initialValues(parameter, seed);
      variable.assign(values);
      values.dispose();
      this.#variables.set(parameter.name, variable);
    }
  }

  /** Gives the variable that holds a parameter's values. */
  variable({ name }: Parameter): Variable {
    const variable = this.#variables.get(name);
    if (variable === undefined) throw new Error(`the model has no parameter ${name}`);
    return variable;
  }

  /** Frees all values. */
  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
  }
}

/** Draws a parameter's first values from a stream of its own, so that they don't depend on the rest of the model. */
function initialValues({ name, shape, initializer }: Parameter, seed: number): Tensor {
  if (initializer.kind === 'constant') return tf.fill([...shape], initializer.value);
  return tf.tidy(() => {
    const op = initializer.kind === 'normal' ? 'StatelessRandomNormal' : 'StatelessRandomUniform';
    const drawn = execute(op, { dtype: type('float32'), T: type('int32'), Tseed: type('int32') }, [
      tf.tensor1d([...shape], 'int32'),
      tf.tensor1d([seed | 0, hashText(name) | 0], 'int32'),
    ]);
    if (initializer.kind === 'normal') return tf.mul(drawn, initializer.deviation);
    return tf.sub(tf.mul(drawn, 2 * initializer.bound), initializer.bound);
  });
}
