import { runProcess } from './processes.js';

/** A program that setting up the engine needs. */
export interface Tool {
  readonly name: 'Python' | 'pip' | 'C++ compiler' | 'make';
  /** What it is started with, and what it says its version is; undefined when it isn't there. */
  readonly found: { readonly command: string; readonly version: string } | undefined;
  /** What to do when it isn't there. */
  readonly remedy: string;
}

/** Looks for the programs that setting up the engine needs: Python with pip, a C++ compiler and make. */
export async function findTools(env: NodeJS.ProcessEnv = process.env): Promise<readonly Tool[]> {
  const [python, compiler, make] = await Promise.all([
    firstThatRuns(['python3', 'python'], env),
    firstThatRuns(env.CXX ? [env.CXX] : ['c++', 'g++', 'clang++'], env),
    firstThatRuns(env.MAKE ? [env.MAKE] : ['make', 'gmake'], env),
  ]);
  const pip = python && (await versionOf(python.command, ['-m', 'pip', '--version'], env));
  return [
    { name: 'Python', found: python, remedy: remedies.python },
    {
      name: 'pip',
      found: python && pip ? { command: `${python.command} -m pip`, version: pip } : undefined,
      remedy: remedies.pip,
    },
    { name: 'C++ compiler', found: compiler, remedy: remedies.compiler },
    { name: 'make', found: make, remedy: remedies.compiler },
  ];
}

const remedies =
  process.platform === 'darwin'
    ? {
        python: 'install Python 3 (xcode-select --install brings one)',
        pip: 'python3 -m ensurepip --user',
        compiler: 'xcode-select --install',
      }
    : {
        python: 'install Python 3 with pip (Debian, Ubuntu: sudo apt install python3-pip)',
        pip: 'Debian, Ubuntu: sudo apt install python3-pip; Fedora: sudo dnf install python3-pip',
        compiler: 'Debian, Ubuntu: sudo apt install build-essential; Fedora: sudo dnf install gcc-c++ make',
      };

async function firstThatRuns(commands: readonly string[], env: NodeJS.ProcessEnv) {
  for (const command of commands) {
    const version = await versionOf(command, ['--version'], env);
    if (version !== undefined && !version.startsWith('Python 2')) return { command, version };
  }
  return undefined;
}

async function versionOf(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const { ok, output } = await runProcess(command, args, { env });
  return ok ? (output.split('\n')[0] ?? '').trim() : undefined;
}
