/** What a pickle holds. Tuples come out as lists. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleName
  | PickleCall
  | PicklePersistent;

/** A function or class, such as `torch._utils._rebuild_tensor_v2`. */
export interface PickleName {
  readonly kind: 'name';
  readonly name: string;
}

/** A function or class with what Python would call it with. */
export interface PickleCall {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly PickleValue[];
}

/** Something that lies outside the pickle, and how it is described. */
export interface PicklePersistent {
  readonly kind: 'persistent';
  readonly id: PickleValue;
}

/** Why a pickle isn't read. */
export class PickleError extends Error {
  override readonly name = 'PickleError';
  /** Whether the bytes end before the pickle does. */
  readonly cutOff: boolean;

  constructor(message: string, cutOff = false) {
    super(message);
    this.cutOff = cutOff;
  }
}

/** Whether it is one of the records. */
export function isRecord(
  value: PickleValue | undefined,
): value is PickleName | PickleCall | PicklePersistent {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
