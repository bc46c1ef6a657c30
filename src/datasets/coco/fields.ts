import { UserError } from '../../errors.js';
import type { CocoBox } from '../../geometry/boxes.js';

/** Contents of a JSON object by its keys. */
export type Fields = Readonly<Record<string, unknown>>;

/** COCO numbers its images, categories and annotations, but other tools write names. */
export type CocoId = number | string;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The list of objects under a key. `name` says whose key it is. */
export function objectsOf(fields: Fields, key: string, name: string): readonly Fields[] {
  const list = fields[key];
  if (!Array.isArray(list)) throw new UserError(`${name} has no list "${key}"`);
  return checkObjects(list, `${name}: ${key}`);
}

/** A list of which every entry is an object: the same list, which may be long. */
export function checkObjects(list: readonly unknown[], name: string): readonly Fields[] {
  if (areFields(list)) return list;
  const i = list.findIndex((entry) => !isFields(entry));
  throw new UserError(`${name}[${i}] is ${show(list[i])}, not an object`);
}

function areFields(list: readonly unknown[]): list is readonly Fields[] {
  return list.every(isFields);
}

export function idOf(fields: Fields, key: string, name: string): CocoId {
  const id = fields[key];
  if ((typeof id === 'number' && Number.isFinite(id)) || (typeof id === 'string' && id !== '')) return id;
  throw new UserError(`${name} has the ${key} ${show(id)}; a number or a name is needed`);
}

/** A finite number. */
export function numberOf(fields: Fields, key: string, name: string): number {
  const value = fields[key];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new UserError(`${name} has the ${key} ${show(value)}; a finite number is needed`);
}

/** A whole number of pixels from 1, or undefined where it is missing or, as VIA writes what it doesn't know, -1. */
export function lengthOf(fields: Fields, key: string, name: string): number | undefined {
  if ([undefined, null, -1].some((unknown) => fields[key] === unknown)) return undefined;
  const value = numberOf(fields, key, name);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UserError(`${name} has the ${key} ${value}; a whole number from 1 is needed`);
}

/** A flag that may be missing, as true and false or 1 and 0. */
export function flagOf(fields: Fields, key: string, name: string): boolean {
  const value = fields[key] ?? false;
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  throw new UserError(`${name} has the ${key} ${show(value)}; 0 or 1 is needed`);
}

/** The `bbox`, or undefined where there is none. */
export function boxOf(fields: Fields, name: string): CocoBox | undefined {
  const { bbox } = fields;
  if (bbox === undefined || bbox === null || (Array.isArray(bbox) && bbox.length === 0)) return undefined;
  if (!isBox(bbox)) {
    throw new UserError(`${name} has the bbox ${show(bbox)}; [x, y, width, height] is needed`);
  }
  if (bbox[2] < 0 || bbox[3] < 0) {
    throw new UserError(
      `${name} has a bbox of negative size, ${show(bbox)}; it should be [x, y, width, height]`,
    );
  }
  return bbox;
}

function isBox(value: unknown): value is CocoBox {
  return Array.isArray(value) && value.length === 4 && value.every(Number.isFinite);
}

/** The `segmentation`, or undefined where there is none; `decodeSegmentation` reads it. */
export function segmentationOf({ segmentation }: Fields): unknown {
  const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.every(isEmpty);
  const none = segmentation === null || isEmpty(segmentation);
  return none ? undefined : segmentation;
}

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value, (_, inner) =>
    typeof inner === 'number' && !Number.isFinite(inner) ? String(inner) : inner,
  );
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
