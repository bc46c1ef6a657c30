/** Content of a pickle. Tuples come out as lists. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleName
  | PickleCall
  | PickleForeign
  | PicklePersistent;

/** Known function or class, such as `torch._utils._rebuild_tensor_v2`. */
export interface PickleName {
  readonly kind: 'name';
  readonly name: string;
}

/** Known function or class with the arguments that Python would call it with. */
export interface PickleCall {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly PickleValue[];
}

/** Unknown function or class, or whatever Python would make with it. Nothing of it is kept but its name. */
export interface PickleForeign {
  readonly kind: 'foreign';
  readonly name: string;
}

/** Reference to something outside the pickle, with its description. */
export interface PicklePersistent {
  readonly kind: 'persistent';
  readonly id: PickleValue;
}

/** Reason why a pickle isn't read. */
export class PickleError extends Error {
  override readonly name = 'PickleError';
  /** Whether the bytes end before the pickle does. */
  readonly cutOff: boolean;
  /** Function or class that would have to be run. */
  readonly foreign: string | undefined;

  constructor(message: string, { cutOff = false, foreign }: { cutOff?: boolean; foreign?: string } = {}) {
    super(message);
    this.cutOff = cutOff;
    this.foreign = foreign;
  }
}

/** Whether a value is a name, a call, something foreign or a reference. */
export function isRecord(
  value: PickleValue | undefined,
): value is PickleName | PickleCall | PickleForeign | PicklePersistent {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

export function isForeign(value: PickleValue | undefined): value is PickleForeign {
  return isRecord(value) && value.kind === 'foreign';
}

const decoder = new TextDecoder('utf-8');

/** State of a pickle's opcodes: its bytes from a position on, a stack with marks, and a memo. */
export class PickleMachine {
  readonly persistent: PicklePersistent[] = [];
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #memo = new Map<number, PickleValue>();
  /** Stacks below the marks; the innermost is the last. */
  readonly #below: PickleValue[][] = [];
  #stack: PickleValue[] = [];
  #position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** Big-endian, unlike all other numbers. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** Two's complement integer of `length` bytes; rounded beyond 2⁵³. */
  integer(length: number): number {
    const at = this.#advance(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[at + i]);
    return Number(BigInt.asIntN(8 * length, value));
  }

  text(length: number): string {
    const at = this.#advance(length);
    return decoder.decode(this.#bytes.subarray(at, at + length));
  }

  /** Text up to the end of the line. */
  line(): string {
    const newline = this.#bytes.indexOf(0x0a, this.#position);
    if (newline < 0) throw cutOff();
    const text = this.text(newline - this.#position);
    this.#advance(1);
    return text;
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pushPersistent(id: PickleValue): void {
    const outside: PicklePersistent = { kind: 'persistent', id };
    this.persistent.push(outside);
    this.push(outside);
  }

  pop(): PickleValue {
    const [value] = this.popSome(1);
    return value;
  }

  /** Pops the topmost values, in the order in which they were pushed. */
  popSome(count: number): PickleValue[] {
    if (this.#stack.length < count) throw this.#damaged();
    return this.#stack.splice(-count);
  }

  top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined) throw this.#damaged();
    return value;
  }

  mark(): void {
    this.#below.push(this.#stack);
    this.#stack = [];
  }

  /** Pops all values above the last mark. */
  popMark(): PickleValue[] {
    const values = this.#stack;
    const below = this.#below.pop();
    if (!below) throw this.#damaged();
    this.#stack = below;
    return values;
  }

  /** Appends to the list on top; what is foreign takes anything. */
  append(values: readonly PickleValue[]): void {
    const list = this.top();
    if (isForeign(list)) return;
    if (!Array.isArray(list)) throw this.#damaged();
    for (const value of values) list.push(value);
  }

  /** Sets alternating keys and values in the dictionary on top; what is foreign takes anything. */
  setItems(items: readonly PickleValue[]): void {
    const dictionary = this.top();
    if (isForeign(dictionary)) return;
    if (!(dictionary instanceof Map) || items.length % 2 !== 0) throw this.#damaged();
    for (let i = 0; i < items.length; i += 2) dictionary.set(items[i], items[i + 1]);
  }

  /** Memorizes the value on top. */
  remember(index: number): void {
    this.#memo.set(index, this.top());
  }

  /** Pushes a memorized value. */
  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#damaged();
    this.push(value);
  }

  #advance(length: number): number {
    const at = this.#position;
    if (at + length > this.#bytes.length) throw cutOff();
    this.#position += length;
    return at;
  }

  #damaged(): PickleError {
    return new PickleError(`its pickle is damaged at byte ${this.#position}`);
  }
}

function cutOff(): PickleError {
  return new PickleError('its pickle is cut off', { cutOff: true });
}
