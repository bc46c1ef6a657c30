import {
  isForeign,
  isRecord,
  PickleError,
  PickleMachine,
  type PicklePersistent,
  type PickleValue,
} from './pickle-machine.js';

/**
 * The part of Python's pickle format (protocol 2) in which `torch.save` writes tensors and what checkpoints hold beside
 * them. Nothing in a pickle is run: the name of a known function or class and the arguments of a call come out as records.
 * Every other name, and whatever would be made with it, comes out as a placeholder that holds nothing. All other opcodes
 * are refused.
 */

export interface Pickle {
  readonly value: PickleValue;
  /** References to what lies outside, in their order. */
  readonly persistent: readonly PicklePersistent[];
  /** Position behind the pickle. */
  readonly end: number;
}

/** Class that makes a dictionary when called without arguments. */
const orderedDictionary = 'collections.OrderedDict';

/**
 * Reads one pickle.
 *
 * @param bytes may go on behind the pickle
 * @param names functions and classes whose calls are records, beside `collections.OrderedDict`; all others are foreign
 * @param start position of its first byte
 * @throws PickleError when it is damaged, cut off, or uses other opcodes
 */
export function readPickle(bytes: Uint8Array, names: ReadonlySet<string>, start = 0): Pickle {
  const machine = new PickleMachine(bytes, start);
  const known = new Set([orderedDictionary, ...names]);
  for (;;) {
    const at = machine.position;
    const opcode = machine.byte();
    if (opcode === STOP) {
      return { value: machine.pop(), persistent: machine.persistent, end: machine.position };
    }
    const operation = operations.get(opcode);
    if (!operation) {
      throw new PickleError(
        `its pickle has the opcode 0x${opcode.toString(16).padStart(2, '0')} at byte ${at}`,
      );
    }
    operation(machine, known);
  }
}

const STOP = 0x2e;

type Operation = (machine: PickleMachine, known: ReadonlySet<string>) => void;

/** Effects of the opcodes. */
const operations: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  // PROTO
  [
    0x80,
    (machine) => {
      const protocol = machine.byte();
      if (protocol !== 2) throw new PickleError(`its pickle has protocol ${protocol} instead of 2`);
    },
  ],
  // NONE, NEWTRUE, NEWFALSE
  [0x4e, (machine) => machine.push(null)],
  [0x88, (machine) => machine.push(true)],
  [0x89, (machine) => machine.push(false)],
  // BININT, BININT1, BININT2, LONG1, BINFLOAT
  [0x4a, (machine) => machine.push(machine.int32())],
  [0x4b, (machine) => machine.push(machine.byte())],
  [0x4d, (machine) => machine.push(machine.uint16())],
  [0x8a, (machine) => machine.push(machine.integer(machine.byte()))],
  [0x47, (machine) => machine.push(machine.float64())],
  // BINUNICODE, SHORT_BINSTRING
  [0x58, (machine) => machine.push(machine.text(machine.uint32()))],
  [0x55, (machine) => machine.push(machine.text(machine.byte()))],
  // MARK, and TUPLE, which ends it
  [0x28, (machine) => machine.mark()],
  [0x74, (machine) => machine.push(machine.popMark())],
  // EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3
  [0x29, (machine) => machine.push([])],
  [0x85, (machine) => machine.push(machine.popSome(1))],
  [0x86, (machine) => machine.push(machine.popSome(2))],
  [0x87, (machine) => machine.push(machine.popSome(3))],
  // EMPTY_LIST, APPEND, APPENDS
  [0x5d, (machine) => machine.push([])],
  [0x61, (machine) => machine.append(machine.popSome(1))],
  [0x65, (machine) => machine.append(machine.popMark())],
  // EMPTY_DICT, SETITEM, SETITEMS
  [0x7d, (machine) => machine.push(new Map())],
  [0x73, (machine) => machine.setItems(machine.popSome(2))],
  [0x75, (machine) => machine.setItems(machine.popMark())],
  // BINPUT, LONG_BINPUT, BINGET, LONG_BINGET
  [0x71, (machine) => machine.remember(machine.byte())],
  [0x72, (machine) => machine.remember(machine.uint32())],
  [0x68, (machine) => machine.recall(machine.byte())],
  [0x6a, (machine) => machine.recall(machine.uint32())],
  // BINPERSID
  [0x51, (machine) => machine.pushPersistent(machine.pop())],
  // GLOBAL
  [
    0x63,
    (machine, known) => {
      const name = `${machine.line()}.${machine.line()}`;
      machine.push({ kind: known.has(name) ? 'name' : 'foreign', name });
    },
  ],
  // REDUCE
  [
    0x52,
    (machine) => {
      const [callee, args] = machine.popSome(2);
      if (isForeign(callee)) {
        machine.push(callee);
        return;
      }
      if (!isRecord(callee) || callee.kind !== 'name' || !Array.isArray(args)) {
        throw new PickleError(
          `its pickle calls what isn't a function (REDUCE at byte ${machine.position - 1})`,
        );
      }
      if (callee.name !== orderedDictionary) machine.push({ kind: 'call', name: callee.name, args });
      else if (args.length === 0) machine.push(new Map());
      else throw new PickleError(`its pickle calls ${orderedDictionary} with arguments`);
    },
  ],
  // NEWOBJ
  [
    0x81,
    (machine) => {
      const [type] = machine.popSome(2);
      if (!isForeign(type)) {
        throw new PickleError(`its pickle makes an object (NEWOBJ at byte ${machine.position - 1})`);
      }
      machine.push(type);
    },
  ],
  // BUILD
  [
    0x62,
    (machine) => {
      machine.pop();
      const built = machine.top();
      // Left out: attributes that a state dict has beside its items, such as the versions of its modules.
      if (built instanceof Map || isForeign(built)) return;
      throw new PickleError(`its pickle builds an object (BUILD at byte ${machine.position - 1})`);
    },
  ],
]);
