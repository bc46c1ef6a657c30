import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { UserError } from '../../errors.js';
import { addonName } from './cache.js';
import { lastLines, runProcess } from './processes.js';
import type { Release } from './releases.js';

const require = createRequire(import.meta.url);

/** The headers of TensorFlow's C interface that tfjs-node's addon includes, with those that they include. */
export const headers: ReadonlySet<string> = new Set(
  [
    ...['c_api', 'c_api_macros', 'tf_attrtype', 'tf_buffer', 'tf_datatype', 'tf_status', 'tf_tensor']
      .concat(['tf_tstring', 'eager/c_api'])
      .map((name) => `tensorflow/c/${name}.h`),
    'tensorflow/core/platform/ctstring.h',
    'tensorflow/core/platform/ctstring_internal.h',
    'tsl/platform/ctstring.h',
    'tsl/platform/ctstring_internal.h',
    'xla/tsl/c/tsl_status.h',
  ].map((name) => `tensorflow/include/${name}`),
);

/** What building needs besides libtensorflow. */
export interface BuildOptions {
  readonly python: string;
  readonly compiler: string;
  readonly make: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds tfjs-node's native addon against the libtensorflow in an engine's folder, with node-gyp.
 *
 * The addon speaks version 8 of Node-API, so that one build serves every Node from 20 on. The headers come from npm's
 * `node-api-headers`: nothing is downloaded, and nothing depends on the Node that builds.
 *
 * @param folder the engine's folder, with the libraries in it.
 * @param workplace a folder inside it, with the headers in `tensorflow/include`; the caller removes it.
 * @throws UserError with the compiler's words when the build fails.
 */
export async function buildAddon(
  release: Release,
  folder: string,
  workplace: string,
  { python, compiler, make, signal }: BuildOptions,
): Promise<void> {
  const tfjsNode = path.dirname(require.resolve('#tfjs-node'));
  await cp(path.join(tfjsNode, 'binding'), path.join(workplace, 'binding'), { recursive: true });
  await writeFile(path.join(workplace, 'binding.gyp'), JSON.stringify(gypTarget(release)));
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
      ...(signal ? { signal } : {}),
    },
  );
  if (!result.ok) {
    throw new UserError(`Building the addon failed:\n${lastLines(result.output, 30)}`);
  }
  await copyFile(path.join(workplace, 'build', 'Release', addonName), path.join(folder, addonName));
}

// tfjs-node's own binding.gyp expects the libraries under other names and, on macOS, rewrites install names that the
// libraries of the wheels don't have.
function gypTarget(release: Release) {
  // Relative to `build` in the workplace, where make runs.
  const libraries = release.libraries.map((library) => `../../${library}`);
  return {
    targets: [
      {
        target_name: 'tfjs_binding',
        sources: ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'],
        include_dirs: ['tensorflow/include'],
        defines: ['NAPI_VERSION=8'],
        cflags: ['-O2', '-std=c++17'],
        libraries,
        ldflags: ["-Wl,-rpath,'$$ORIGIN/tensorflow'"],
        xcode_settings: {
          CLANG_CXX_LANGUAGE_STANDARD: 'c++17',
          OTHER_LDFLAGS: ['-Wl,-rpath,@loader_path/tensorflow'],
        },
      },
    ],
  };
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
