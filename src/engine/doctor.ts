import { processorName } from '../environment.js';
import { messageOf } from '../errors.js';
import { roundsToBfloat16 } from './backend.js';
import { type EngineLocation, requireEngine } from './install/locate.js';
import { findTools, missingTools } from './install/tools.js';
import { type Engine, loadEngine } from './load.js';
import { tf } from './tf.js';

/** Findings about a machine, as `atto doctor --json` prints them. */
export interface MachineFindings {
  /** Whether everything that atto needs is there. */
  readonly ok: boolean;
  readonly engine: EngineFindings | null;
  readonly node: string;
  readonly processor: string;
  /** Tools that building the engine takes, with their versions; null for a missing one. */
  readonly tools: Readonly<Record<string, string | null>>;
  /** Messages about what is missing, each with its remedy. */
  readonly problems: readonly string[];
}

interface EngineFindings extends Omit<Engine, 'precision'> {
  readonly origin: EngineLocation['origin'];
  readonly folder: string;
  /** Whether precision bf16 has an effect: whether the processor has instructions for it (AVX-512 BF16, AMX). */
  readonly bf16: boolean;
}

/** Examines this machine: the engine and how it computes, the processor, and the tools that building the engine takes. */
export async function examineMachine(): Promise<MachineFindings> {
  const [engine, tools] = await Promise.all([examineEngine(), findTools()]);
  const loaded = typeof engine !== 'string';
  return {
    ok: loaded,
    engine: loaded ? engine : null,
    node: process.version,
    processor: processorName(),
    tools: Object.fromEntries(tools.map((tool) => [tool.name, tool.found?.version ?? null])),
    // Without the tools an installed engine works all the same.
    problems: loaded ? [] : [engine, ...missingTools(tools)],
  };
}

/** Loads the engine; gives its facts, or the reason why that is impossible. */
async function examineEngine(): Promise<EngineFindings | string> {
  try {
    const { origin, folder } = requireEngine();
    const { precision, ...facts } = await loadEngine({ precision: 'bf16' });
    return { ...facts, origin, folder, bf16: roundsToBfloat16() || tensorflowRounds() };
  } catch (error) {
    return messageOf(error);
  }
}

/** Whether TensorFlow's matmul rounds its inputs to bfloat16, in which 1 + 2⁻¹⁰ is 1. */
function tensorflowRounds(): boolean {
  return tf.tidy(() => {
    const x = tf.fill([512, 512], 1 + 2 ** -10);
    return tf.matMul(x, x).dataSync()[0] === 512;
  });
}

/** Findings as text for a terminal. */
export function describeMachine({ engine, node, processor, tools, problems }: MachineFindings): string {
  const rows: [string, string][] = [];
  if (engine) {
    const origin = engine.origin === 'setup' ? 'provided by atto setup' : 'installed beside atto';
    rows.push(
      ['engine', `TensorFlow ${engine.tensorflow} (${engine.package}, ${origin})`],
      ['', engine.folder],
      [
        'device',
        engine.device === 'gpu' ? 'GPU' : `CPU${engine.package === 'tfjs-node-gpu' ? ' (no GPU found)' : ''}`,
      ],
      ['kernels', engine.instructions ? `atto's and TensorFlow's (${engine.instructions})` : "TensorFlow's"],
      ['threads', String(engine.threads)],
      ['precision', engine.bf16 ? 'float32, bf16' : 'float32 (bf16 changes nothing here)'],
    );
  }
  rows.push(['processor', processor], ['Node', node]);
  for (const [name, version] of Object.entries(tools)) rows.push([name, version ?? 'not found']);
  const table = rows.map(([name, value]) => `${name.padEnd(14)}${value}`).join('\n');
  const verdict = problems.length === 0 ? 'Everything that atto needs is there.' : problems.join('\n');
  return `${table}\n\n${verdict}`;
}
