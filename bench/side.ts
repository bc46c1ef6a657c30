import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** What a side of the bench is asked to get ready for; each side is a process that does one kind of work. */
export type Work = DetectorWork | ClassifierWork | LoadingWork;

/** To find the objects of a photograph, or to make a training step with it. */
export interface DetectorWork {
  readonly work: 'detect' | 'step';
  /** Our config; torchvision's side knows one network only. */
  readonly config: string;
  readonly trainableStages: number;
  readonly batchSize: number;
  /** A PyTorch state dict; a fresh network without it. */
  readonly weights?: string;
  /** Height and width of the photograph, whose RGB bytes are in the file `image`. */
  readonly size: readonly [height: number, width: number];
  readonly image: string;
  /** Its objects: whole pixels x1, y1, x2, y2, and classes from 1. */
  readonly boxes: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

/** To name the class of images of noise, 224 × 224, or to make a training step with them. */
export interface ClassifierWork {
  readonly work: 'classify' | 'classifier-step';
  readonly backbone: 'attonet-a' | 'attonet-d' | 'mobilenet-v2' | 'resnet50' | 'shufflenet-v2';
  readonly batchSize: number;
}

/** To read photographs with their masks, mirrored by chance, as training gets them. */
export interface LoadingWork {
  readonly work: 'load';
  readonly data: VocFolder;
  readonly images: number;
  readonly workers: number;
}

/** Photographs in VOC's layout, with the names of its classes. */
export interface VocFolder {
  readonly root: string;
  readonly year: number;
  readonly split: string;
  readonly classes: readonly string[];
}

export interface Settings {
  readonly threads: number;
  /** Ours: `bf16`; torchvision's: under autocast. */
  readonly precision: 'float32' | 'bf16';
  /** Prints where our time goes, kernel by kernel, in the end. */
  readonly profile: boolean;
}

export type Request =
  | ({ readonly kind: 'prepare' } & Work & Settings)
  | { readonly kind: 'weights'; readonly seed: number; readonly file: string }
  | { readonly kind: 'run' }
  | { readonly kind: 'finish' };

/** Does a piece of work once; what it gives is for a reader to compare. */
export type Run = () => number | Promise<number>;

/** A process that answers requests, one line of JSON each. */
export interface Side {
  ask<Answer>(request: Request): Promise<Answer>;
  end(): void;
}

const here = import.meta.dirname;

/** A process of ours. */
export const startOurs = (): Side =>
  startSide(process.execPath, ['--import', 'jiti/register', path.join(here, 'worker.ts')]);

/** A process of torchvision's. */
export const startTheirs = (python: string): Side => startSide(python, [path.join(here, 'peer.py')]);

function startSide(command: string, args: readonly string[]): Side {
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error(`${command}: has no pipes`);
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    async ask<Answer>(request: Request): Promise<Answer> {
      stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command} ${args.join(' ')}: ended before it answered`);
      return JSON.parse(value);
    },
    end: () => stdin.end(),
  };
}
