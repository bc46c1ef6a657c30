import { createHash } from 'node:crypto';
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { Release } from '../../src/engine/install/releases.js';

/** How the fake pip behaves at one download. */
type Attempt = 'good' | 'damaged' | 'broken-off' | 'offline' | 'disk-full' | 'hanging';

/** A package index with one small wheel, and the programs that setting up needs, on a PATH of their own. */
export interface FakeIndex {
  readonly release: Release;
  /** Folder with the programs, to be put into PATH. */
  readonly programs: string;
  /** Says how pip behaves at its next downloads. */
  readonly plan: (...attempts: Attempt[]) => void;
  /** How many downloads of the plan are still to come. */
  readonly attemptsLeft: () => number;
}

/** The contents of the fake libtensorflow, by their paths in the wheel. */
export const libraries = {
  'tensorflow/libtensorflow_cc.so.2': 'the main library '.repeat(5000),
  'tensorflow/libtensorflow_framework.so.2': 'the framework',
};

const others = {
  'tensorflow/include/tensorflow/c/c_api.h': '// a header of the C interface',
  'tensorflow/include/absl/log/globals.h': '// a header of the logger',
  'tensorflow/include/Eigen/Core': '// a header that nobody needs',
  'tensorflow/python/ops.py': '# Python',
};

export async function makeFakeIndex(): Promise<FakeIndex> {
  const folder = mkdtempSync(path.join(tmpdir(), 'atto-index-'));
  const wheel = path.join(folder, 'tensorflow_cpu-2.99.0-cp312-cp312-manylinux_2_27_x86_64.whl');
  const zip = new ZipFile();
  for (const [name, content] of Object.entries({ ...libraries, ...others })) {
    zip.addBuffer(Buffer.from(content), name);
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(wheel));
  const bytes = readFileSync(wheel);

  const plan = path.join(folder, 'plan');
  const programs = mkdtempSync(path.join(tmpdir(), 'atto-programs-'));
  const write = (name: string, script: string) =>
    writeFileSync(path.join(programs, name), `#!${process.execPath}\n${script}`, { mode: 0o755 });
  write('python3', fakePython(wheel, plan));
  for (const name of ['c++', 'make']) write(name, `console.log('${name} 1.0')`);

  return {
    release: {
      device: 'cpu',
      tensorflow: '2.99.0',
      machine: 'linux-x64',
      wheels: [
        {
          file: path.basename(wheel),
          bytes: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        },
      ],
      libraries: {
        main: 'tensorflow/libtensorflow_cc.so.2',
        framework: 'tensorflow/libtensorflow_framework.so.2',
      },
      unpackedBytes: Object.values(libraries).join('').length,
    },
    programs,
    plan: (...attempts) => {
      rmSync(plan, { recursive: true, force: true });
      mkdirSync(plan);
      for (const [i, attempt] of attempts.entries()) writeFileSync(path.join(plan, `${i}`), attempt);
    },
    attemptsLeft: () => readdirSync(plan).filter((name) => !name.endsWith('taken')).length,
  };
}

/** A Python that knows `--version`, `-m pip --version` and `-m pip download`; the latter takes the plan's next step. */
function fakePython(wheel: string, plan: string): string {
  return `
    const fs = require('node:fs'), path = require('node:path');
    const args = process.argv.slice(2);
    if (args.includes('--version')) {
      console.log(args[0] === '-m' ? 'pip 99.0' : 'Python 3.99.0');
      process.exit(0);
    }
    if (args.slice(0, 4).join(' ') !== '-m pip download tensorflow-cpu==2.99.0') throw new Error('unknown: ' + args);
    const attempt = nextAttempt();
    const target = path.join(args[args.indexOf('--dest') + 1], '${path.basename(wheel)}');
    const bytes = fs.readFileSync('${wheel}');
    const fail = (message) => { console.error(message); process.exit(1); };
    if (attempt === 'good') fs.writeFileSync(target, bytes);
    else if (attempt === 'damaged') fs.writeFileSync(target, bytes.fill(0, 100, 200));
    else if (attempt === 'broken-off') fail('ERROR: IncompleteRead(1000 bytes read, 200 more expected)');
    else if (attempt === 'offline') fail("('<...>: Failed to establish a new connection: [Errno -3] No such name')");
    else if (attempt === 'disk-full') fail('ERROR: Could not install: [Errno 28] No space left on device');
    else if (attempt === 'hanging') {
      fs.writeFileSync(path.join(process.env.TMPDIR, 'half'), bytes.subarray(0, 500));
      setInterval(() => {}, 1000);
    } else throw new Error('no such attempt: ' + attempt);

    // Renaming is what of two at once only one can do.
    function nextAttempt() {
      for (const name of fs.readdirSync('${plan}').sort()) {
        if (name.endsWith('taken')) continue;
        const step = path.join('${plan}', name), taken = step + '.taken';
        try {
          fs.renameSync(step, taken);
        } catch (error) {
          if (error.code === 'ENOENT') continue;
          throw error;
        }
        return fs.readFileSync(taken, 'utf8');
      }
    }
  `;
}
