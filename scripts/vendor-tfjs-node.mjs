// Makes dist/vendor/tfjs-node: what atto needs of @tensorflow/tfjs-node, without its install script (which downloads
// from a CDN) and without the packages that it would bring. NOTES.md, "The engine", says why.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const source = path.dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
const target = path.join(import.meta.dirname, '..', 'dist', 'vendor', 'tfjs-node');
const { name, version, license, repository } = require('@tensorflow/tfjs-node/package.json');

// Three of tfjs-node's kernels call methods that tfjs-core adds to tensors only with all its chained operations.
const entry = `
  const tf = require('@tensorflow/tfjs-core');
  const methods = {
    toInt() { return tf.cast(this, 'int32'); },
    toFloat() { return tf.cast(this, 'float32'); },
    add(other) { return tf.add(this, other); },
  };
  for (const [name, method] of Object.entries(methods)) tf.Tensor.prototype[name] ??= method;
  require('./dist/register_all_kernels.js');
  exports.NodeJSKernelBackend = require('./dist/nodejs_kernel_backend.js').NodeJSKernelBackend;
`;

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await build({
  stdin: { contents: entry, resolveDir: source },
  outfile: path.join(target, 'backend.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  alias: { '@tensorflow/tfjs': '@tensorflow/tfjs-core' },
  external: ['@tensorflow/tfjs-core'],
  legalComments: 'eof',
  logLevel: 'warning',
});
await cp(path.join(source, 'binding'), path.join(target, 'binding'), { recursive: true });
await writeFile(
  path.join(target, 'package.json'),
  `${JSON.stringify({ name, version, license, repository, private: true }, null, 2)}\n`,
);
const protobufLicense = await readFile(require.resolve('google-protobuf/LICENSE.md'), 'utf8');
await writeFile(
  path.join(target, 'LICENSE.md'),
  `backend.cjs and binding/ are built from ${name} ${version}, Copyright Google LLC, Apache License 2.0 (the text is in
the LICENSE file of this package). backend.cjs contains google-protobuf, under this license:

${protobufLicense}`,
);
