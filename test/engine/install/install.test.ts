import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { engineName } from '../../../src/engine/install/cache.js';
import {
  type InstallOptions,
  type InstallProgress,
  installEngine,
} from '../../../src/engine/install/install.js';
import { UserError } from '../../../src/errors.js';
import { type FakeIndex, libraries, makeFakeIndex } from '../../support/fake-index.js';

let index: FakeIndex;
let cache: string;

beforeAll(async () => {
  index = await makeFakeIndex();
});

beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'atto-cache-'));
  vi.stubEnv('PATH', index.programs);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What the fake build sees in its workplace, and the addons that it leaves. */
const build: NonNullable<InstallOptions['build']> = async (_release, folder, workplace) => {
  expect(existsSync(path.join(workplace, 'tensorflow/include/tensorflow/c/c_api.h'))).toBe(true);
  expect(existsSync(path.join(workplace, 'tensorflow/include/absl/log/globals.h'))).toBe(true);
  expect(existsSync(path.join(workplace, 'tensorflow/include/Eigen/Core'))).toBe(false);
  writeFileSync(path.join(folder, 'tfjs_binding.node'), 'an addon');
  writeFileSync(path.join(folder, 'without_stderr.node'), 'another');
  writeFileSync(path.join(folder, 'kernels.node'), 'a third');
};

const install = (options: InstallOptions = {}) => installEngine(index.release, { cache, build, ...options });

describe('installEngine', () => {
  it('leaves the libraries, the addons and their sizes, and nothing else', async () => {
    index.plan('good');
    const progress: InstallProgress[] = [];
    const { folder, alreadyThere } = await install({ onProgress: (step) => progress.push(step) });

    expect(alreadyThere).toBe(false);
    expect(readdirSync(cache)).toEqual([engineName(index.release)]);
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual([
      'engine.json',
      'kernels.node',
      'tensorflow',
      'tensorflow/libtensorflow_cc.so.2',
      'tensorflow/libtensorflow_framework.so.2',
      'tfjs_binding.node',
      'without_stderr.node',
    ]);
    for (const [name, content] of Object.entries(libraries)) {
      expect(readFileSync(path.join(folder, name), 'utf8')).toBe(content);
    }
    expect(JSON.parse(readFileSync(path.join(folder, 'engine.json'), 'utf8'))).toEqual({
      'tensorflow/libtensorflow_cc.so.2': 85_000,
      'tensorflow/libtensorflow_framework.so.2': 13,
      'tfjs_binding.node': 8,
      'without_stderr.node': 7,
      'kernels.node': 7,
    });
    expect([...new Set(progress.map(({ phase }) => phase))]).toEqual(['download', 'unpack', 'build']);
    expect(progress.findLast(({ phase }) => phase === 'download')?.done).toBe(index.release.wheels[0].bytes);
    expect(progress.findLast(({ phase }) => phase === 'unpack')?.done).toBe(85_013);
  });

  it('does nothing when the engine is there', async () => {
    index.plan('good', 'good');
    await install();
    expect(await install()).toMatchObject({ alreadyThere: true });
    expect(index.attemptsLeft()).toBe(1);
  });

  it.each(['damaged', 'broken-off'] as const)('makes a %s download again', async (attempt) => {
    index.plan(attempt, 'good');
    const { folder } = await install();
    expect(existsSync(path.join(folder, 'engine.json'))).toBe(true);
    expect(index.attemptsLeft()).toBe(0);
  });

  it('refuses a wheel of another hash and says both', async () => {
    index.plan('damaged', 'damaged');
    const failure = install();
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(
      /^The download of tensorflow-cpu 2\.99\.0 \(manylinux_2_27_x86_64\) is damaged, twice\. Its SHA-256 is [0-9a-f]{64}, not /,
    );
    await expect(failure).rejects.toThrow(index.release.wheels[0].sha256);
    expect(readdirSync(cache)).toEqual([]);
  });

  it.each([
    [
      'offline',
      /package index can't be reached \(Failed to establish a new connection: \[Errno -3\] No such name\)/,
    ],
    ['disk-full', /^No room on the disk for the engine\. Free some space, or set ATTO_CACHE/],
  ] as const)('says what to do when it is %s, and leaves nothing', async (attempt, message) => {
    index.plan(attempt, 'good');
    const failure = install();
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(message);
    expect(index.attemptsLeft()).toBe(1);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('checks the room before it downloads', async () => {
    index.plan('good');
    const huge = { ...index.release, unpackedBytes: 1e18 };
    await expect(installEngine(huge, { cache, build })).rejects.toThrow(
      /: it takes \d+ MB, \d+ MB are free in /,
    );
    expect(index.attemptsLeft()).toBe(1);
  });

  it('leaves nothing when it is interrupted', async () => {
    index.plan('hanging');
    const interruption = new AbortController();
    const running = install({
      signal: interruption.signal,
      onProgress: ({ done }) => {
        if (done >= 500) interruption.abort();
      },
    });
    await expect(running).rejects.toThrow(/abort/i);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('leaves nothing when the build fails', async () => {
    index.plan('good');
    const failing = async () => {
      throw new UserError('no compiler');
    };
    await expect(install({ build: failing })).rejects.toThrow('no compiler');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('removes what a killed process left, but not what a running one is at', async () => {
    // No process has the first number; the second is this test's own.
    const [dead, alive] = [2 ** 30, process.pid].map((pid) => `engine.partial-${hostname()}-${pid}-abcdef`);
    for (const name of [dead, alive, `engine.partial-elsewhere-${2 ** 30}-abcdef`]) {
      mkdirSync(path.join(cache, name ?? '', 'download'), { recursive: true });
    }
    index.plan('good');
    await install();
    expect(readdirSync(cache).sort()).toEqual(
      [alive, `engine.partial-elsewhere-${2 ** 30}-abcdef`, engineName(index.release)].sort(),
    );
  });

  it.each([
    ['a library is cut off', 'tensorflow/libtensorflow_cc.so.2'],
    ['the list of sizes is cut off', 'engine.json'],
  ])('installs anew when %s', async (_, file) => {
    index.plan('good', 'good');
    const { folder } = await install();
    truncateSync(path.join(folder, file), 10);
    expect(await install()).toEqual({ folder, alreadyThere: false });
    expect(readFileSync(path.join(folder, 'tensorflow/libtensorflow_cc.so.2')).length).toBe(85_000);
    expect(readdirSync(cache)).toEqual([engineName(index.release)]);
    expect(await install()).toMatchObject({ alreadyThere: true });
  });

  it('can run twice at once', async () => {
    index.plan('good', 'good');
    const both = await Promise.all([install(), install()]);
    expect(both[0].folder).toBe(both[1].folder);
    expect(readdirSync(cache)).toEqual([engineName(index.release)]);
    expect(await install()).toMatchObject({ alreadyThere: true });
  });

  it('says which programs are missing and how to get them', async () => {
    vi.stubEnv('PATH', cache);
    const failure = install();
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(
      /Python and pip missing: .*\nC\+\+ compiler and make missing: .*\nOr do without/,
    );
  });

  it('says when the cache cannot be written', async () => {
    const file = path.join(cache, 'file');
    writeFileSync(file, '');
    await expect(install({ cache: path.join(file, 'engines') })).rejects.toThrow(
      /^Can't write to the engine's cache: ENOTDIR.* Make it writable, or set ATTO_CACHE to another folder\.$/,
    );
  });
});
