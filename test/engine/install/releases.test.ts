import { describe, expect, it } from 'vitest';
import { engineName } from '../../../src/engine/install/cache.js';
import { findRelease, isKept } from '../../../src/engine/install/releases.js';
import { knownRelease } from '../../support/known-release.js';

const releases = [
  ['cpu', 'linux-x64'],
  ['cpu', 'linux-arm64'],
  ['cpu', 'darwin-arm64'],
  ['gpu', 'linux-x64'],
] as const;

describe('findRelease', () => {
  it.each(releases)('pins every file of the %s engine of %s', (device, machine) => {
    const release = knownRelease(device, machine);
    expect(release).toMatchObject({ device, machine });
    for (const { file, bytes, sha256 } of release.wheels) {
      expect(file).toMatch(/^[\w.]+-[\d.]+-(cp312-cp312|py3-none)-[\w.]+\.whl$/);
      expect(bytes).toBeGreaterThan(1e6);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('gives each of them a folder of its own', () => {
    const names = releases.map(([device, machine]) => engineName(knownRelease(device, machine)));
    expect(new Set(names).size).toBe(releases.length);
    expect(names[0]).toMatch(/^tensorflow-2\.21\.0-cpu-linux-x64-[0-9a-f]{8}$/);
  });

  it('has none where TensorFlow publishes none', () => {
    expect(findRelease('cpu', 'win32-x64')).toBeUndefined();
    expect(findRelease('cpu', 'linux-x64-musl')).toBeUndefined();
    expect(findRelease('gpu', 'darwin-arm64')).toBeUndefined();
  });
});

describe('isKept', () => {
  const gpu = knownRelease('gpu', 'linux-x64');

  it.each([
    'tensorflow/libtensorflow_cc.so.2',
    'nvidia/cudnn/lib/libcudnn_ops.so.9',
    'nvidia/cuda_nvrtc/lib/libnvrtc-builtins.so.12.9',
    'nvidia/cuda_nvcc/bin/ptxas',
    'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
  ])('keeps %s', (name) => expect(isKept(gpu, name)).toBe(true));

  it.each([
    'tensorflow/python/_pywrap_tfe.so',
    'nvidia/cuda_runtime/lib/libcudart_static.a',
    'nvidia/cudnn/include/cudnn.h',
    'nvidia/cudnn/lib/__init__.py',
  ])('leaves %s out', (name) => expect(isKept(gpu, name)).toBe(false));
});
