import { z } from 'zod';
import { UserError } from '../../errors.js';
import { foreignJson } from '../annotation-tools.js';
import { readJsonFile } from '../json-file.js';

/** Points farther away than this are a mistake; nobody annotates images that large. */
const farthest = 1e6;

const coordinate = z.number().min(-farthest).max(farthest);

const shapeSchema = z.object({
  label: z.string().min(1, 'is empty'),
  points: z.array(z.tuple([coordinate, coordinate])),
  /** Shapes with the same label and group are one object. */
  group_id: z.union([z.number(), z.string()]).nullish(),
  /** Files of labelme before version 3.7 have polygons only, and don't say so. */
  shape_type: z.string().nullish(),
  /** A PNG in base64; of the type `mask` only. */
  mask: z.string().nullish(),
});

/** A shape as labelme writes it. */
export type LabelmeShape = z.output<typeof shapeSchema>;

/** A shape, or what is wrong with it. */
type ReadShape =
  | { readonly number: number; readonly shape: LabelmeShape }
  | { readonly number: number; readonly fault: string };

const length = z.int().positive();
const fileSchema = z.object({
  shapes: z.array(z.unknown()),
  imagePath: z.string().nullish(),
  imageData: z.string().nullish(),
  imageHeight: length.nullish(),
  imageWidth: length.nullish(),
});

/** Contents of a labelme file. */
export interface LabelmeFile extends Omit<z.output<typeof fileSchema>, 'shapes'> {
  /** They count from 1. */
  readonly shapes: readonly ReadShape[];
}

/**
 * Reads a labelme file.
 *
 * @throws UserError when it isn't there, isn't JSON, or isn't labelme's
 */
export async function readLabelmeFile(file: string): Promise<LabelmeFile> {
  const content = await readJsonFile(file);
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) {
    const known = foreignJson(content);
    if (known !== undefined) throw new UserError(`${file} ${known}`);
    throw new UserError(
      `${file} isn't a labelme file: ${describe(parsed.error)}. Correct it, or take it out.`,
    );
  }
  const shapes = parsed.data.shapes.map((content, i): ReadShape => {
    const number = i + 1;
    const result = shapeSchema.safeParse(content);
    return result.success ? { number, shape: result.data } : { number, fault: describe(result.error) };
  });
  return { ...parsed.data, shapes };
}

function describe({ issues: [{ path, message }] }: z.ZodError): string {
  return path.length > 0 ? `${path.join('.')}: ${message}` : message;
}

/** Labels by labelme's convention: regions that count for nothing, and what is no object. */
const ignoreLabel = '__ignore__';
const backgroundLabel = '_background_';

/** Types of shapes that have no area. */
const flatTypes: readonly string[] = ['linestrip', 'line', 'point', 'points'];

/** Whether a shape has no area, and so is no object. */
export function isFlat({ shape_type: type }: LabelmeShape): boolean {
  return typeof type === 'string' && flatTypes.includes(type);
}

/** Whether a shape is background by labelme's convention, and so is no object. */
export function isBackground({ label }: LabelmeShape): boolean {
  return label === backgroundLabel;
}

/** The labels of a file's objects. */
export function labelsOf({ shapes }: LabelmeFile): string[] {
  const objects = shapes.flatMap((read) => ('shape' in read ? [read.shape] : []));
  return objects
    .filter((shape) => !isFlat(shape) && !isBackground(shape) && shape.label !== ignoreLabel)
    .map(({ label }) => label);
}
