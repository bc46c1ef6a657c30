import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { engineCache, engineName } from '../../../src/engine/install/cache.js';
import { locateEngine, requireEngine } from '../../../src/engine/install/locate.js';
import type { Device } from '../../../src/engine/install/releases.js';
import { UserError } from '../../../src/errors.js';
import { knownRelease } from '../../support/known-release.js';

// Which engines there are differs from machine to machine, so here every machine is the same.
vi.mock(import('../../../src/engine/install/releases.js'), async (original) => ({
  ...(await original()),
  thisMachine: () => 'linux-x64',
}));

let root: string;
let env: NodeJS.ProcessEnv;
let from: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'atto-locate-'));
  env = { ATTO_CACHE: path.join(root, 'cache') };
  from = pathToFileURL(path.join(root, 'index.js')).href;
});

afterEach(() => {
  vi.unstubAllEnvs();
});

function provide(device: Device): string {
  const folder = path.join(engineCache(env), engineName(knownRelease(device, 'linux-x64')));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'tfjs_binding.node'), '1234');
  writeFileSync(path.join(folder, 'engine.json'), '{"tfjs_binding.node": 4}');
  return folder;
}

function installTfjsNode(name: string): string {
  const folder = path.join(root, 'node_modules', name);
  mkdirSync(path.join(folder, 'lib', 'napi-v8'), { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{}');
  writeFileSync(path.join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
  return folder;
}

describe('locateEngine', () => {
  it('finds nothing where nothing is', () => {
    expect(locateEngine(env, from)).toBeUndefined();
  });

  it('finds what setup provided', () => {
    const folder = provide('cpu');
    expect(locateEngine(env, from)).toEqual({
      origin: 'setup',
      device: 'cpu',
      folder,
      binding: path.join(folder, 'tfjs_binding.node'),
      withoutStderr: path.join(folder, 'without_stderr.node'),
      kernels: path.join(folder, 'kernels.node'),
    });
  });

  it('takes no part of an engine for one', () => {
    writeFileSync(path.join(provide('cpu'), 'tfjs_binding.node'), '123');
    expect(locateEngine(env, from)).toBeUndefined();
  });

  it('takes the GPU engine when it is there, unless ATTO_DEVICE says otherwise', () => {
    const [cpu, gpu] = [provide('cpu'), provide('gpu')];
    expect(locateEngine(env, from)?.folder).toBe(gpu);
    expect(locateEngine({ ...env, ATTO_DEVICE: 'gpu' }, from)?.folder).toBe(gpu);
    expect(locateEngine({ ...env, ATTO_DEVICE: 'cpu' }, from)?.folder).toBe(cpu);
    expect(() => locateEngine({ ...env, ATTO_DEVICE: 'tpu' }, from)).toThrow(
      new UserError('ATTO_DEVICE is "tpu"; it can be "cpu" or "gpu".'),
    );
  });

  it('finds a tfjs-node that was installed beside atto, after what setup provided', () => {
    const folder = installTfjsNode('@tensorflow/tfjs-node');
    expect(locateEngine(env, from)).toEqual({
      origin: 'tfjs-node',
      device: 'cpu',
      folder,
      binding: path.join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'),
      withoutStderr: undefined,
      kernels: undefined,
    });
    const provided = provide('cpu');
    expect(locateEngine(env, from)?.folder).toBe(provided);
    const gpu = installTfjsNode('@tensorflow/tfjs-node-gpu');
    expect(locateEngine(env, from)).toMatchObject({ origin: 'tfjs-node', device: 'gpu', folder: gpu });
  });
});

describe('requireEngine', () => {
  it('says what to run when there is no engine', () => {
    vi.stubEnv('ATTO_CACHE', path.join(root, 'cache'));
    vi.stubEnv('ATTO_DEVICE', undefined);
    expect(() => requireEngine()).toThrow(
      'The engine (libtensorflow) is not installed. Run: npx atto setup   (in a clone of the repository: npm run setup)',
    );
    vi.stubEnv('ATTO_DEVICE', 'gpu');
    expect(() => requireEngine()).toThrow(
      /^The GPU engine .* npx atto setup --gpu .* npm run setup -- --gpu\)$/,
    );
  });
});

describe('engineCache', () => {
  it('is where the system keeps caches, or where ATTO_CACHE says', () => {
    expect(engineCache({ HOME: '/home/a' }, 'linux')).toBe('/home/a/.cache/atto-maskrcnn/engines');
    expect(engineCache({ HOME: '/home/a', XDG_CACHE_HOME: '/var/c' }, 'linux')).toBe(
      '/var/c/atto-maskrcnn/engines',
    );
    expect(engineCache({ HOME: '/Users/a' }, 'darwin')).toBe('/Users/a/Library/Caches/atto-maskrcnn/engines');
    expect(engineCache({ LOCALAPPDATA: '/a/Local' }, 'win32')).toBe('/a/Local/atto-maskrcnn/engines');
    expect(engineCache({ HOME: '/home/a', ATTO_CACHE: '/big' }, 'linux')).toBe('/big/engines');
  });
});
