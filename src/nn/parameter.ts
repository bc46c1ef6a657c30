import type { Initializer } from './initializers.js';

/**
 * Order of a parameter's dimensions, here and in PyTorch's state dicts.
 *
 * | layout | here | PyTorch |
 * |---|---|---|
 * | vector | `[C]` | `[C]` |
 * | convolution | `[k, k, Cin, Cout]` | `[Cout, Cin, k, k]` |
 * | depthwise | `[k, k, C, multiplier]` | `[C · multiplier, 1, k, k]` |
 * | transposed-convolution | `[k, k, Cout, Cin]` | `[Cin, Cout, k, k]` |
 * | linear | `[Cin, Cout]` | `[Cout, Cin]` |
 * | flattened-linear | `[H · W · C, Cout]`, of an `[H, W, C]` input | `[Cout, C · H · W]` |
 */
export type Layout =
  | { readonly kind: 'vector' }
  | { readonly kind: 'convolution' }
  | { readonly kind: 'depthwise' }
  | { readonly kind: 'transposed-convolution' }
  | { readonly kind: 'linear' }
  | {
      readonly kind: 'flattened-linear';
      readonly height: number;
      readonly width: number;
      readonly channels: number;
    };

/**
 * Purpose of a tensor of a model. `statistic`: running mean or variance of a norm, updated by training but without a
 * gradient. `constant`: scale or shift of a frozen norm, never updated. Those two aren't counted as parameters.
 */
type Role = 'weight' | 'bias' | 'norm' | 'statistic' | 'constant';

/** Description of a named tensor of a model: everything but its values. */
export interface Parameter {
  /** torchvision's name, such as `backbone.body.layer1.0.conv1.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly layout: Layout;
  readonly role: Role;
  /** Whether training changes it. */
  readonly trainable: boolean;
  readonly initializer: Initializer;
}

/** Number of a parameter's values. */
export function parameterSize({ shape }: Parameter): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}

/** Whether a tensor counts as a parameter of the model, as PyTorch's `parameters()` would list it. */
export function isCounted({ role }: Parameter): boolean {
  return role !== 'statistic' && role !== 'constant';
}

/** List that modules add their parameters to while a model is put together, with a prefix for their names. */
export interface Scope {
  /** Opens a scope for a part: names in it start with `name.` */
  child(name: string): Scope;
  /** Opens a scope with the same names whose parameters don't train. */
  frozen(): Scope;
  /** Adds a parameter under its name in this scope and returns it so named. */
  add(parameter: Parameter): Parameter;
}

/** Opens a new model's outermost scope; `parameters` is the list that its modules fill. */
export function rootScope(): { readonly scope: Scope; readonly parameters: readonly Parameter[] } {
  const parameters: Parameter[] = [];
  const names = new Set<string>();
  const make = (prefix: string, trainable: boolean): Scope => ({
    child: (name) => make(`${prefix}${name}.`, trainable),
    frozen: () => make(prefix, false),
    add: (parameter) => {
      const added = {
        ...parameter,
        name: prefix + parameter.name,
        trainable: parameter.trainable && trainable,
      };
      if (names.has(added.name)) throw new Error(`two parameters are called ${added.name}`);
      names.add(added.name);
      parameters.push(added);
      return added;
    },
  });
  return { scope: make('', true), parameters };
}
