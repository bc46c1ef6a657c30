import { UserError } from '../errors.js';

/** Bytes per value of the element types that tensors are stored with, by PyTorch's names. */
const widths = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
} as const;

/** Element type of a stored tensor. */
export type ElementType = keyof typeof widths;

/** Element types that can be read: all become float32. */
export type FloatType = 'float64' | 'float32' | 'float16' | 'bfloat16';

/** Bytes per value. */
export function elementWidth(type: ElementType): number {
  return widths[type];
}

export function isFloatType(type: string): type is FloatType {
  return type === 'float64' || type === 'float32' || type === 'float16' || type === 'bfloat16';
}

/**
 * Type to convert a tensor from.
 *
 * @throws UserError for integers and for types that PyTorch doesn't know
 */
export function readableType(file: string, name: string, type: string): FloatType {
  if (isFloatType(type)) return type;
  throw new UserError(
    `${file}: ${name} has type ${type}; float32, float64, float16 and bfloat16 can be read`,
  );
}

/**
 * Converts values to float32; float64 is rounded, the others lose nothing.
 *
 * @param bytes little-endian, from the start of their buffer; float32 shares it
 */
export function toFloat32({ buffer, byteLength }: Uint8Array<ArrayBuffer>, type: FloatType): Float32Array {
  const count = byteLength / widths[type];
  switch (type) {
    case 'float32':
      return new Float32Array(buffer, 0, count);
    case 'float64':
      return Float32Array.from(new Float64Array(buffer, 0, count));
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer, 0, count), fromFloat16);
    case 'bfloat16':
      return fromBfloat16(new Uint16Array(buffer, 0, count));
  }
}

/** bfloat16 is float32 without its lower half. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

/** Value of IEEE 754's binary16: 1 bit sign, 5 bits exponent, 10 bits mantissa. */
function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}
