import { describe, expect, it } from 'vitest';
import { readPickle } from '../../src/weights/pickle.js';
import { PickleError } from '../../src/weights/pickle-machine.js';

// cspell:ignore ccollections

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const read = (text: string, names: readonly string[] = []) => readPickle(bytes(text), new Set(names));

describe('readPickle', () => {
  it('reads numbers, texts, lists, tuples and dictionaries', () => {
    const numbers =
      'K\x07M\x00\x01J\xfe\xff\xff\xff\x8a\x01\xff\x8a\x02\x00\x80G?\xe0\x00\x00\x00\x00\x00\x00';
    expect(read(`\x80\x02](${numbers}e.`).value).toEqual([7, 256, -2, -1, -32768, 0.5]);
    expect(read('\x80\x02(N\x88\x89)\x85t.').value).toEqual([null, true, false, [[]]]);
    expect(read('\x80\x02}(X\x02\x00\x00\x00\xc3\xa9K\x01U\x01bK\x02u.').value).toEqual(
      new Map<unknown, unknown>([
        ['é', 1],
        ['b', 2],
      ]),
    );
  });

  it('recalls what it remembers, as the same object', () => {
    const { value } = read('\x80\x02]q\x00h\x00\x86.');
    expect(value).toEqual([[], []]);
    expect(Array.isArray(value) && value[0] === value[1]).toBe(true);
  });

  it('records calls and what lies elsewhere, and where the pickle ends', () => {
    const { value, persistent, end } = read('\x80\x02ca\nb\nX\x01\x00\x00\x00kQ\x85R.rest', ['a.b']);
    expect(value).toEqual({ kind: 'call', name: 'a.b', args: [{ kind: 'persistent', id: 'k' }] });
    expect(persistent).toEqual([{ kind: 'persistent', id: 'k' }]);
    expect(end).toBe('\x80\x02ca\nb\nX\x01\x00\x00\x00kQ\x85R.'.length);
  });

  it.each([
    ['a name from the stack', 'X\x01\x00\x00\x00aX\x01\x00\x00\x00b\x93.', /opcode 0x93 at byte 14/],
    ['an instance', '(ios\nsystem\n.', /opcode 0x69/],
    ['an object', '(ca\nb\no.', /opcode 0x6f/],
    ['a new object of a known name', 'ca\nb\n)\x81.', /makes an object \(NEWOBJ at byte 8\)/],
    ['a new object of a number', 'K\x01)\x81.', /makes an object/],
    ['an extension', '\x82\x01.', /opcode 0x82/],
    ['a call of something else', 'K\x01)R.', /calls what isn't a function/],
    ['a call of a result', 'ca\nb\n)R)R.', /calls what isn't a function/],
    ['the state of an object', 'ca\nb\n)R}b.', /builds an object/],
    ['a dictionary made of arguments', 'ccollections\nOrderedDict\n]\x85R.', /with arguments/],
    ['an empty stack', '.', /damaged/],
    ['a memory that is empty', 'h\x05.', /damaged/],
    ['items of a number', 'K\x01K\x02a.', /damaged/],
    ['an end without a mark', 't.', /damaged/],
  ])('refuses %s', (_, text, what) => {
    const reading = (): unknown => read(`\x80\x02${text}`, ['a.b']);
    expect(reading).toThrow(PickleError);
    expect(reading).toThrow(what);
  });

  it.each([
    ['a name', 'cos\nsystem\n'],
    ['a call', 'cos\nsystem\nX\x02\x00\x00\x00ls\x85R'],
    ['a call of a call', 'cos\nsystem\n)R)R'],
    ['an object', 'cos\nsystem\n)\x81'],
    ['an object with a state', 'cos\nsystem\n)\x81}(X\x01\x00\x00\x00aK\x01ub'],
    ['a list of its kind', 'cos\nsystem\n)\x81(K\x01K\x02eK\x03a'],
    ['a dictionary of its kind', 'cos\nsystem\n)R(K\x01K\x02uK\x03K\x04s'],
  ])('makes nothing of what is unknown: %s', (_, text) => {
    expect(read(`\x80\x02${text}.`).value).toEqual({ kind: 'foreign', name: 'os.system' });
    expect(read(`\x80\x02](K\x05${text}e.`).value).toEqual([5, { kind: 'foreign', name: 'os.system' }]);
  });

  it('refuses other protocols', () => {
    expect(() => read('\x80\x04N.')).toThrow(/protocol 4 instead of 2/);
  });

  it('tells a pickle that goes on from a damaged one', () => {
    for (const text of ['\x80', '\x80\x02X\x05\x00\x00\x00ab', '\x80\x02ca\nb', '\x80\x02N']) {
      expect(() => read(text)).toThrow(expect.objectContaining({ cutOff: true }));
    }
    expect(() => read('\x80\x02.')).toThrow(expect.objectContaining({ cutOff: false }));
  });
});
