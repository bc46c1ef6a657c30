import { runProcess } from './processes.js';

/** A program that setting up the engine needs. */
export interface Tool {
  readonly name: 'Python' | 'pip' | 'C++ compiler' | 'make';
  /** Command that starts it, and the version that it reports; undefined when it isn't there. */
  readonly found: { readonly command: string; readonly version: string } | undefined;
  /** Remedy when it isn't there. */
  readonly remedy: string;
}

/** Looks for the programs that setting up the engine needs: Python with pip, a C++ compiler and make. */
export async function findTools(env: NodeJS.ProcessEnv = process.env): Promise<readonly Tool[]> {
  const [python, compiler, make] = await Promise.all([
    firstThatRuns(['python3', 'python'], env),
    firstThatRuns(env.CXX ? [env.CXX] : ['c++', 'g++', 'clang++'], env),
    firstThatRuns(env.MAKE ? [env.MAKE] : ['make', 'gmake'], env),
  ]);
  const pip = python && (await firstThatRuns([`${python.command} -m pip`], env));
  return [
    { name: 'Python', found: python, remedy: remedies.python },
    { name: 'pip', found: pip, remedy: remedies.pip },
    { name: 'C++ compiler', found: compiler, remedy: remedies.compiler },
    { name: 'make', found: make, remedy: remedies.compiler },
  ];
}

/** Remedies for the missing tools, a line each. */
export function missingTools(tools: readonly Tool[]): readonly string[] {
  const missing = tools.filter((tool) => tool.found === undefined);
  const remedies = new Map<string, string[]>();
  for (const { name, remedy } of missing) remedies.set(remedy, [...(remedies.get(remedy) ?? []), name]);
  return [...remedies].map(([remedy, names]) => `${names.join(' and ')} missing: ${remedy}`);
}

const remedies =
  process.platform === 'darwin'
    ? {
        python: 'xcode-select --install',
        pip: 'python3 -m ensurepip --user',
        compiler: 'xcode-select --install',
      }
    : {
        python: 'sudo apt install python3-pip (Debian, Ubuntu) or sudo dnf install python3-pip (Fedora)',
        pip: 'sudo apt install python3-pip (Debian, Ubuntu) or sudo dnf install python3-pip (Fedora)',
        compiler:
          'sudo apt install build-essential (Debian, Ubuntu) or sudo dnf install gcc-c++ make (Fedora)',
      };

/** The first of some commands, each a program with or without arguments, that answers to `--version`. */
async function firstThatRuns(commands: readonly string[], env: NodeJS.ProcessEnv) {
  for (const command of commands) {
    const [program = '', ...args] = command.split(' ');
    const { ok, output } = await runProcess(program, [...args, '--version'], { env });
    const version = (output.split('\n')[0] ?? '').trim();
    if (ok && !version.startsWith('Python 2')) return { command, version };
  }
  return undefined;
}
