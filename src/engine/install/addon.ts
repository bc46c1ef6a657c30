import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { UserError } from '../../errors.js';
import { addonNames, nativeFiles, nativeSources } from './cache.js';
import { lastLines, runProcess } from './processes.js';
import type { Release } from './releases.js';

const require = createRequire(import.meta.url);

/** Whether a file of a wheel is a header that the addons may include. */
export function isHeader(name: string): boolean {
  return headerPaths.some((start) => name.startsWith(`tensorflow/include/${start}`));
}

// TensorFlow's C interface with what it includes, and the logger.
const headerPaths = [
  'tensorflow/c/',
  'tensorflow/core/common_runtime/next_pluggable_device/c/',
  'tensorflow/core/platform/ctstring',
  'tsl/platform/ctstring',
  'tsl/platform/platform.h',
  'xla/tsl/c/',
  'absl/',
];

/** Needs of a build besides libtensorflow. */
export interface BuildOptions {
  readonly python: string;
  readonly compiler: string;
  readonly make: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds tfjs-node's native addon and that of atto's own kernels against the libtensorflow in an engine's folder, and the
 * one that drops standard error beside them, with node-gyp.
 *
 * They speak version 8 of Node-API, so that one build serves every Node from 20 on. The headers come from npm's
 * `node-api-headers`: nothing is downloaded, and nothing depends on the Node that builds.
 *
 * @param folder the engine's folder, with the libraries in it.
 * @param workplace a folder inside it, with the headers in `tensorflow/include`; the caller removes it.
 * @throws UserError with the compiler's words when the build fails.
 */
export async function buildAddons(
  release: Release,
  folder: string,
  workplace: string,
  { python, compiler, make, signal }: BuildOptions,
): Promise<void> {
  const tfjsNode = path.dirname(require.resolve('#tfjs-node'));
  await cp(path.join(tfjsNode, 'binding'), path.join(workplace, 'binding'), { recursive: true });
  await cp(nativeSources, path.join(workplace, 'native'), { recursive: true });
  await writeFile(path.join(workplace, 'binding.gyp'), JSON.stringify(gypFile(release)));
  await prepareNodeHeaders(path.join(workplace, 'node'));

  const nodeGyp = require.resolve('node-gyp/bin/node-gyp.js');
  const result = await runProcess(
    process.execPath,
    [
      nodeGyp,
      'rebuild',
      '--loglevel=warn',
      '--jobs=2',
      '--nodedir=node',
      '--force-process-config',
      `--python=${python}`,
    ],
    {
      cwd: workplace,
      env: { ...withoutNpmSettings(process.env), CXX: compiler, MAKE: make },
      signal,
    },
  );
  if (!result.ok) {
    throw new UserError(`Building the engine's addons failed:\n${lastLines(result.output, 30)}`);
  }
  for (const name of addonNames) {
    await copyFile(path.join(workplace, 'build', 'Release', name), path.join(folder, name));
  }
}

// tfjs-node's own binding.gyp expects the libraries under other names and, on macOS, rewrites install names that the
// libraries of the wheels don't have.
function gypFile({ libraries }: Release) {
  // Relative to `build` in the workplace, where make runs.
  const fromBuild = (library: string) => `../../${library}`;
  const withTensorflow = {
    include_dirs: ['tensorflow/include'],
    ldflags: ["-Wl,-rpath,'$$ORIGIN/tensorflow'"],
    xcode_settings: { OTHER_LDFLAGS: ['-Wl,-rpath,@loader_path/tensorflow'] },
    libraries: [libraries.main, libraries.framework].map(fromBuild),
  };
  return {
    target_defaults: {
      defines: ['NAPI_VERSION=8'],
      cflags: ['-O3', '-std=c++17', '-pthread', '-Wno-psabi'],
      xcode_settings: { CLANG_CXX_LANGUAGE_STANDARD: 'c++17', GCC_OPTIMIZATION_LEVEL: '3' },
    },
    targets: [
      {
        target_name: 'tfjs_binding',
        sources: [
          'binding/tfjs_backend.cc',
          'binding/tfjs_binding.cc',
          'native/addon/log_level.cc',
          'native/addon/signals.cc',
        ],
        ...withTensorflow,
      },
      {
        target_name: 'kernels',
        sources: ['native/addon/kernels.cc', ...sourcesIn('kernels', 'runtime')],
        cflags: warnings,
        ...withTensorflow,
      },
      { target_name: 'without_stderr', sources: ['native/addon/without_stderr.cc'] },
    ],
  };
}

const warnings = ['-Wall', '-Wextra', '-Wshadow'];

/** The C++ sources in some folders of {@link nativeSources}, as the workplace has them. */
function sourcesIn(...folders: readonly string[]): readonly string[] {
  return nativeFiles()
    .filter((file) => file.endsWith('.cc') && folders.some((folder) => file.startsWith(`${folder}/`)))
    .map((file) => `native/${file}`);
}

/** Lays the headers out as node-gyp expects a Node to have them, with no settings of a Node's own build. */
async function prepareNodeHeaders(folder: string): Promise<void> {
  const target = path.join(folder, 'include', 'node');
  await mkdir(target, { recursive: true });
  const source = path.dirname(require.resolve('node-api-headers/include/node_api.h'));
  await cp(source, target, { recursive: true });
  const settings = { target_defaults: { configurations: { Release: {} } } };
  await writeFile(path.join(target, 'common.gypi'), JSON.stringify(settings));
}

/** npm's settings reach node-gyp through the environment and would point it to other headers. */
function withoutNpmSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_(config|package)_/i.test(name)));
}
