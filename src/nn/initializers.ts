/** Distribution of the first values of a parameter. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly bound: number };

export const zeros: Initializer = { kind: 'constant', value: 0 };
export const ones: Initializer = { kind: 'constant', value: 1 };

/** Normal with mean 0. */
export function normal(deviation: number): Initializer {
  return { kind: 'normal', deviation };
}

/** Normal with deviation √(2 / fan), for layers that a ReLU follows (He et al. 2015). */
export function kaimingNormal(fan: number): Initializer {
  return normal(Math.sqrt(2 / fan));
}

/** The same distribution, `factor` times as wide. */
export function scaled(initializer: Initializer, factor: number): Initializer {
  switch (initializer.kind) {
    case 'constant':
      return { kind: 'constant', value: factor * initializer.value };
    case 'normal':
      return normal(factor * initializer.deviation);
    case 'uniform':
      return { kind: 'uniform', bound: factor * initializer.bound };
  }
}

/** Uniform with deviation √(1 / fan): PyTorch's `kaiming_uniform_(a=1)`. */
export function kaimingUniform(fan: number): Initializer {
  return { kind: 'uniform', bound: Math.sqrt(3 / fan) };
}
