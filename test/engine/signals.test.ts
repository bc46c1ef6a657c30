import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const built = (file: string): string => pathToFileURL(path.resolve('dist/engine', file)).href;

/** Loads the engine, says which signals each thread that it made blocks, and waits for one. */
const program = `
  const { readdirSync, readFileSync } = await import('node:fs');
  const { loadEngine } = await import(${JSON.stringify(built('load.js'))});
  const { tf } = await import(${JSON.stringify(built('tf.js'))});
  const blocked = () => Object.fromEntries(readdirSync('/proc/self/task').map((id) => {
    const status = readFileSync('/proc/self/task/' + id + '/status', 'utf8');
    return [id, /SigBlk:\\s*(\\w+)/.exec(status)[1]];
  }));
  const before = Object.keys(blocked());
  process.on('SIGWINCH', () => process.exit(0));
  await loadEngine({ threads: 2 });
  tf.matMul(tf.ones([500, 500]), tf.ones([500, 500])).dataSync();
  const after = blocked();
  const added = Object.entries(after).filter(([id]) => !before.includes(id)).map(([, mask]) => mask);
  console.log(JSON.stringify({ main: after[process.pid], added }));
  setTimeout(() => process.exit(1), 10_000);
`;

const bit = (signal: number): bigint => 1n << BigInt(signal - 1);
/** SIGINT, SIGTERM and SIGWINCH on Linux. */
const wanted = bit(2) | bit(15) | bit(28);
const blocksAll = (mask: string): boolean => (BigInt(`0x${mask}`) & wanted) === wanted;
const blocksNone = (mask: string): boolean => (BigInt(`0x${mask}`) & wanted) === 0n;

describe.runIf(process.platform === 'linux')('signals', () => {
  it('reach Node, but no thread that computes', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data) => resolve(String(data))),
    );
    child.kill('SIGWINCH');
    const code = await new Promise((resolve) =>
      child.on('exit', (status, signal) => resolve(signal ?? status)),
    );
    expect(code).toBe(0);

    const { main, added }: { main: string; added: string[] } = JSON.parse(output);
    expect(blocksAll(main)).toBe(true);
    // One thread takes the signals; the others are libtensorflow's.
    expect(added.filter(blocksNone)).toHaveLength(1);
    expect(added.length).toBeGreaterThan(1);
    expect(added.filter(blocksAll)).toHaveLength(added.length - 1);
  });
});
