import { PickleError, type PicklePersistent, type PickleValue } from './pickle-values.js';

const decoder = new TextDecoder('utf-8');

/** What the opcodes of a pickle work on: its bytes from a position on, a stack with marks, and a memo. */
export class PickleMachine {
  readonly persistent: PicklePersistent[] = [];
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #memo = new Map<number, PickleValue>();
  /** The stacks below the marks; the innermost is the last. */
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

  /** Unlike all other numbers, these have their highest byte first. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** An integer of so many bytes, in two's complement; beyond 2⁵³ it is rounded. */
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

  /** The text up to the end of the line. */
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

  /** The topmost values, in the order in which they were pushed. */
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

  /** All values above the last mark. */
  popMark(): PickleValue[] {
    const values = this.#stack;
    const below = this.#below.pop();
    if (!below) throw this.#damaged();
    this.#stack = below;
    return values;
  }

  /** Appends to the list on top. */
  append(values: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.#damaged();
    for (const value of values) list.push(value);
  }

  /** Sets keys and values, which take turns, in the dictionary on top. */
  setItems(items: readonly PickleValue[]): void {
    const dictionary = this.top();
    if (!(dictionary instanceof Map) || items.length % 2 !== 0) throw this.#damaged();
    for (let i = 0; i < items.length; i += 2) dictionary.set(items[i], items[i + 1]);
  }

  /** Keeps the value on top. */
  remember(index: number): void {
    this.#memo.set(index, this.top());
  }

  /** Pushes a value that was kept. */
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
  return new PickleError('its pickle is cut off', true);
}
