import { z } from 'zod';
import type { ImageFacts } from './checks/facts.js';
import type { CheckContext } from './checks/image-check.js';
import type { Finding, Report } from './finding.js';
import type { ImageReader } from './read-image.js';
import type { LabeledFile, Purpose, Sample, SplitName } from './sample.js';

/** Keys that the data section of every config has. */
export interface DataSettings {
  readonly format: string;
  readonly root: string;
  readonly classes?: readonly string[] | undefined;
}

/** Schema of a list of classes. */
export const classList = z
  .array(z.string().min(1))
  .min(1)
  .refine((names) => new Set(names).size === names.length, 'a class is named twice');

/** Keys that the data section has in every format that can feed a detector. */
export const commonKeys = {
  /**
   * Maximum share of images without a single object among the images that training takes, from 0 to 1; all are taken by
   * default. Which ones are taken depends on the run's seed.
   */
  emptyImages: z.number().min(0).max(1).default(1),
  /** Whether images whose files are missing or can't be read are left out and counted, instead of refused. */
  skipUnreadable: z.boolean().default(false),
  /**
   * Whether objects without a usable mask are left out and counted, instead of refused. Where they have a box, training
   * takes it for neither example nor background.
   */
  skipMaskless: z.boolean().default(false),
  /**
   * Treatment of objects that are flagged as crowds, COCO's `iscrowd`: `ignore` takes them for regions of many objects,
   * neither example nor background; `objects` for single objects, whose flag some tools set by mistake.
   */
  crowds: z.enum(['ignore', 'objects']).default('ignore'),
  /**
   * What annotations of images with an EXIF orientation refer to: the image `turned` by it, or the pixels as they are
   * `stored`. `auto` goes by the size that the annotation or mask states; where that doesn't tell, the image is turned.
   */
  orientation: z.enum(['auto', 'turned', 'stored']).default('auto'),
};
const commonSchema = z.object(commonKeys);
/** Values of the keys that all formats of detectors have. */
export type CommonSettings = z.output<typeof commonSchema>;

/** The common settings of a data section, with the defaults where it lacks them, as in a format of a user's own. */
export function commonSettings(data: Pick<DataSettings, 'format'>): CommonSettings {
  return commonSchema.parse(data);
}

/** Called while something goes on, with the number of images done and of all. */
type OnProgress = (done: number, total: number) => void;

/** Circumstances in which a split is opened. */
export interface OpenOptions {
  /** By default training for train, evaluation for val. */
  readonly purpose?: Purpose;
  /** Is told what is wrong with the list or the annotation file; by default that is refused. */
  readonly report?: Report;
  readonly onGenerate?: OnProgress | undefined;
}

/** The same with everything resolved, as formats get it. */
export interface OpenContext {
  /** Classes that are learned. */
  readonly classes: readonly string[];
  readonly purpose: Purpose;
  /** Is told what is wrong with the list or the annotation file. */
  readonly report: Report;
  readonly onGenerate?: OnProgress | undefined;
}

/** Contents of a split, as its format opens it. */
export interface SplitContents<Rec = unknown> {
  /** The list, folder or annotation file that it comes from, for messages. */
  readonly source: string;
  /** The folder of its images. */
  readonly imagesFolder: string;
  /** Every class that the data's own list names, whether or not it is trained. */
  readonly names: readonly string[];
  readonly ids: readonly string[];
  /** Knowledge about each of the ids, in formats that have an annotation file for all; can be cloned for threads. */
  readonly records?: ReadonlyMap<string, Rec> | undefined;
  /** Sentences that the user should know about the choice of ids. */
  readonly notices: readonly string[];
}

/** A split of a data set: what there is, and a way to read each piece. */
export interface Dataset extends SplitContents {
  /** The data section, with its classes. */
  readonly data: DataSettings;
  readonly format: DetectionFormat;
  /** A label is an index into this list. */
  readonly classes: readonly string[];
  load(id: string): Promise<Sample>;
}

/** A split of images that show one thing each. */
export interface LabeledSplit {
  /** The folder or list that it comes from, for messages. */
  readonly source: string;
  /** The folder that the files' paths start from. */
  readonly root: string;
  /** A label is an index into this list. */
  readonly classes: readonly string[];
  readonly files: readonly LabeledFile[];
  /** Whether images that can't be read are left out, instead of being refused. */
  readonly skipUnreadable: boolean;
  /** Sentences that the user should know about the choice of files. */
  readonly notices: readonly string[];
}

/**
 * One layout of a data set on the disk. Methods get settings that the schema has parsed; where they are declared as
 * methods, a `DatasetFormat<VocData>` is a `DatasetFormat`.
 *
 * @typeParam Data the data section of a config
 * @typeParam Rec what a split knows about an image, see {@link SplitContents.records}
 * @typeParam Own what only the format's own checks look at
 */
export interface DatasetFormat<Data extends DataSettings = DataSettings, Rec = unknown, Own = unknown> {
  /** Value of `data.format`. */
  readonly name: string;
  /** Contents of `data.root`, in one line. */
  readonly description: string;
  /** A strict object with `format: z.literal(name)`. */
  readonly schema: z.core.$ZodTypeDiscriminable & z.core.$ZodType<Data>;
  /** URL of the module that registers it, for reading threads; undefined for formats that come with the project. */
  readonly module?: string;
  /** Name of a split in reports, such as `Pascal VOC 2012, val`. */
  title(data: Data, split: SplitName): string;
  /** Name of the benchmark that a split is, whose published figures may be compared. */
  benchmark?(data: Data, split: SplitName): string | undefined;
  /** Classes that the config names or the format fixes; undefined where only the files name them. */
  classes(data: Data): readonly string[] | undefined;
  /**
   * Classes that the files name; asked where the config names none.
   *
   * @param split whose files count
   * @throws UserError when the files can't be read or name none
   */
  readClasses?(data: Data, split: SplitName): Promise<readonly string[]>;
  /** Present where the format can feed a detector. */
  readonly detection?: DetectionData<Data, Rec, Own>;
  /** Present where the format can feed a classifier. */
  readonly classification?: ClassificationData<Data>;
}

/** Images with objects. */
export interface DetectionData<Data extends DataSettings = DataSettings, Rec = unknown, Own = unknown> {
  /**
   * Opens a split; generated data is generated where it isn't there yet. For training, images may be left out whose
   * objects are all of other classes; `notices` says how many.
   *
   * @throws UserError when the data isn't there, its lists are wrong, or no image is left
   */
  open(data: Data, split: SplitName, context: OpenContext): Promise<SplitContents<Rec>>;
  /**
   * A reader of the images of any split.
   *
   * @param thorough whether to read what is needed for checks alone, too
   */
  reader(data: Data, thorough: boolean): ImageReader<Rec, Own>;
  /** The format's own checks of an image; those that all formats have come before them. */
  check?(image: ImageFacts<Own>, context: CheckContext): readonly Finding[];
  /** The findings, where a single one can stand for those of many images. */
  condense?(findings: readonly Finding[], images: readonly ImageFacts<Own>[]): readonly Finding[];
}

/** Images that show one thing each. */
export interface ClassificationData<Data extends DataSettings = DataSettings> {
  /**
   * Opens a split, without looking into its files; generated data is generated where it isn't there yet.
   *
   * @throws UserError when the data isn't there, or a class has no images
   */
  open(
    data: Data,
    split: SplitName,
    context: Pick<OpenContext, 'classes' | 'onGenerate'>,
  ): Promise<LabeledSplit>;
}

export type DetectionFormat = DatasetFormat & { readonly detection: DetectionData };
export type ClassificationFormat = DatasetFormat & { readonly classification: ClassificationData };
