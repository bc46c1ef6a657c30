import { type EngineLocation, requireEngine } from '../engine/install/locate.js';
import { findTools, missingTools } from '../engine/install/tools.js';
import { type Engine, loadEngine } from '../engine/load.js';
import { roundsToBfloat16 } from '../engine/own-kernels.js';
import { tf } from '../engine/tf.js';
import { processorName } from '../environment.js';
import { messageOf } from '../errors.js';

/** What `atto doctor --json` prints. */
interface Findings {
  /** Whether everything that atto needs is there. */
  readonly ok: boolean;
  readonly engine: EngineFindings | null;
  readonly node: string;
  readonly processor: string;
  /** What building the engine needs, with the versions found; null where there is none. */
  readonly tools: Readonly<Record<string, string | null>>;
  /** What is missing, each with what to do. */
  readonly problems: readonly string[];
}

interface EngineFindings extends Omit<Engine, 'precision'> {
  readonly origin: EngineLocation['origin'];
  readonly folder: string;
  /** Whether precision bf16 changes anything: whether the processor has instructions for it (AVX-512 BF16, AMX). */
  readonly bf16: boolean;
}

/** Examines this machine and prints what was found: as JSON on standard output, or for people on standard error. */
export async function doctor({ json }: { readonly json: boolean }): Promise<void> {
  const findings = await examine();
  if (json) console.log(JSON.stringify(findings, null, 2));
  else console.error(describe(findings));
  process.exitCode = findings.ok ? 0 : 1;
}

async function examine(): Promise<Findings> {
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

/** Loads the engine and says what it is, or why that is impossible. */
async function examineEngine(): Promise<EngineFindings | string> {
  try {
    const { origin, folder } = requireEngine();
    const { precision, ...facts } = await loadEngine({ precision: 'bf16' });
    return { ...facts, origin, folder, bf16: roundsToBfloat16() || tensorflowRounds() };
  } catch (error) {
    return messageOf(error);
  }
}

/** Whether TensorFlow's product rounds its factors to bfloat16, in which 1 + 2⁻¹⁰ is 1. */
function tensorflowRounds(): boolean {
  return tf.tidy(() => {
    const x = tf.fill([512, 512], 1 + 2 ** -10);
    return tf.matMul(x, x).dataSync()[0] === 512;
  });
}

function describe({ engine, node, processor, tools, problems }: Findings): string {
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
