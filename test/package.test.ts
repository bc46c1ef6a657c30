import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '..');
const repositoryModules = path.join(root, 'node_modules');

/** Program for each entry of the package, with the text that it prints. */
const programs: Readonly<Record<string, { readonly source: string; readonly prints: string }>> = {
  '.': {
    source: `
      import { decodeMask, Detector, maskArea, type RunLengthMask, UserError } from 'atto-maskrcnn';

      const mask: RunLengthMask = { height: 2, width: 2, counts: Uint32Array.of(1, 2, 1) };
      console.log(maskArea(mask), [...decodeMask(mask)].join());
      await Detector.load('missing.safetensors').catch((error: unknown) => {
        console.log(error instanceof UserError, error instanceof Error && error.message);
      });`,
    prints: '2 0,1,1,0\ntrue missing.safetensors: there is no such file\n',
  },
};

/** Name of an entry's program without its extension. */
const fileOf = (entry: string): string => entry.replace('.', 'program').replace('/', '-');

let folder: string;
let compilerOutput: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'atto-package-'));
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  const modules = path.join(folder, 'node_modules');
  const unpacked = path.join(modules, 'atto-maskrcnn');
  await mkdir(unpacked, { recursive: true });
  await run('tar', ['-xf', path.join(folder, stdout.trim()), '-C', unpacked, '--strip-components=1']);
  // What npm would install beside the package, and the types of Node that every Node program has.
  const { dependencies } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    await mkdir(path.dirname(path.join(modules, name)), { recursive: true });
    await symlink(path.join(repositoryModules, name), path.join(modules, name));
  }
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');

  for (const [entry, { source }] of Object.entries(programs)) {
    await writeFile(path.join(folder, `${fileOf(entry)}.ts`), source);
  }
  const files = Object.keys(programs).map((entry) => `${fileOf(entry)}.ts`);
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  const tsc = path.join(repositoryModules, '.bin', 'tsc');
  const outcome = await run(tsc, [...options, ...files], { cwd: folder }).catch((error) => error);
  compilerOutput = outcome.stdout;
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

it('has a program here for each entry', async () => {
  const { exports } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  expect(Object.keys(exports).filter((entry) => entry !== './package.json')).toEqual(Object.keys(programs));
});

it('type-checks in strict TypeScript', () => {
  expect(compilerOutput).toBe('');
});

it.each(Object.entries(programs))('runs a program that imports %s', async (entry, { prints }) => {
  const { stdout } = await run(process.execPath, [`${fileOf(entry)}.js`], { cwd: folder });
  expect(stdout).toBe(prints);
});

it('keeps all other modules private', async () => {
  expect(existsSync(path.join(folder, 'node_modules/atto-maskrcnn/dist/errors.js'))).toBe(true);
  const script = "import('atto-maskrcnn/dist/errors.js').catch(({ code }) => console.log(code))";
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder });
  expect(stdout).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
});
