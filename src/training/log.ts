import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat, truncate } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type EventFile, openEventFile } from '../engine/event-file.js';
import { writeError } from '../files.js';
import { exists, type RunFolder } from './run-folder.js';

/** One line of `log.jsonl`. */
export interface LogEntry {
  /** From 1. */
  readonly step: number;
  /** Sum of the losses. */
  readonly loss: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  /** Seconds that the step waited for its images. */
  readonly dataTime: number;
  /** Metrics of the validation after this step, where there was one. */
  readonly validation?: Readonly<Record<string, number | null>>;
}

/** Log of a run: one line of JSON per step, and the same numbers as TensorBoard curves. */
export interface RunLog {
  write(entry: LogEntry): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the log of a run that stands at `step`: lines of later steps, written after the checkpoint that the run
 * continues from, are cut off.
 */
export async function openLog(run: RunFolder, step: number): Promise<RunLog> {
  await cutBack(run.log, step);
  const lines = await open(run.log, 'a').catch((error: unknown) => {
    throw writeError(run.log, error);
  });
  const events = openEventFile(run.tensorboard);
  return {
    write: async (entry) => {
      await writeLine(run.log, lines, JSON.stringify(entry));
      writeEvents(events, entry);
    },
    close: async () => {
      events.dispose();
      await lines.close();
    },
  };
}

async function writeLine(file: string, handle: FileHandle, line: string): Promise<void> {
  try {
    await handle.appendFile(`${line}\n`);
  } catch (error) {
    throw writeError(file, error);
  }
}

function writeEvents(events: EventFile, entry: LogEntry): void {
  const { step, loss, losses, learningRate, imagesPerSecond, dataTime, validation = {} } = entry;
  events.scalar(step, 'loss/total', loss);
  for (const [name, value] of Object.entries(losses)) events.scalar(step, `loss/${name}`, value);
  events.scalar(step, 'learning rate', learningRate);
  events.scalar(step, 'images per second', imagesPerSecond);
  events.scalar(step, 'seconds waiting for images', dataTime);
  for (const [name, value] of Object.entries(validation)) {
    if (value !== null) events.scalar(step, `validation/${name}`, value);
  }
  events.flush();
}

/** Keeps the lines up to `step`; a last line that was never finished goes too. */
async function cutBack(file: string, step: number): Promise<void> {
  const size = await stat(file).then(
    ({ size: bytes }) => bytes,
    () => 0,
  );
  if (size === 0) return;
  let kept = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const bytes = Buffer.byteLength(line) + 1;
    if (kept + bytes > size || stepOf(line) > step) break;
    kept += bytes;
  }
  await truncate(file, kept);
}

function stepOf(line: string): number {
  return parseEntry(line)?.step ?? Number.POSITIVE_INFINITY;
}

/** Reads a run's log up to the first line that was never finished; empty where there is none. */
export async function readLog(file: string): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  if (!(await exists(file))) return entries;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const entry = parseEntry(line);
    if (entry === undefined) break;
    entries.push(entry);
  }
  return entries;
}

const entrySchema = z.object({
  step: z.number(),
  loss: z.number(),
  losses: z.record(z.string(), z.number()),
  learningRate: z.number(),
  imagesPerSecond: z.number(),
  dataTime: z.number().default(0),
  validation: z.record(z.string(), z.number().nullable()).exactOptional(),
});

function parseEntry(line: string): LogEntry | undefined {
  try {
    return entrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
