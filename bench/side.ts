import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a side of the bench is asked to get ready for; each side is a process that does one kind of work. */
export interface Work {
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

/** A process that answers requests, one line of JSON each. */
export interface Side {
  ask<Answer>(request: Request): Promise<Answer>;
  end(): void;
}

export function startSide(command: string, args: readonly string[]): Side {
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
