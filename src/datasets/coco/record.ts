import type { CocoId } from './fields.js';
import type { CocoAnnotation } from './ground-truth.js';

/** What a COCO annotation file says about an image: enough to read it, in any thread. */
export interface CocoRecord {
  /** In the file. */
  readonly imageId: CocoId;
  readonly photo: string;
  readonly height: number;
  readonly width: number;
  /** The annotation file, for messages. */
  readonly file: string;
  readonly annotations: readonly RecordedAnnotation[];
}

/** An annotation with its class by name, since the numbers mean nothing outside of the file. */
export interface RecordedAnnotation extends Omit<CocoAnnotation, 'label'> {
  readonly className: string;
}
